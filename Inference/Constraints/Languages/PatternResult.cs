using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Languages;

/// <summary>A pattern, or why there is none; exactly one is set.</summary>
/// <param name="Pattern">The language.</param>
/// <param name="Problem">A sentence for the caller that names what is not supported and where.</param>
internal sealed record PatternResult(Pattern? Pattern, string? Problem);
