using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Languages;

/// <summary>A grammar read from text, or why there is none; exactly one is set.</summary>
/// <param name="Root">The rule named root.</param>
/// <param name="Problem">A sentence for the caller with line and column.</param>
internal sealed record GrammarTextResult(GrammarRule? Root, string? Problem);
