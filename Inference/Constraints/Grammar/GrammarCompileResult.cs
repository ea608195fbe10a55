using System.Diagnostics.CodeAnalysis;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>A compiled grammar, or why there is none.</summary>
/// <param name="Factory">The compiled grammar; null when <paramref name="Problem"/> says why there is none.</param>
/// <param name="Problem">A sentence for the caller; null on success.</param>
internal sealed record GrammarCompileResult(ITokenConstraintFactory? Factory, string? Problem)
{
    /// <summary>Whether there is a compiled grammar.</summary>
    [MemberNotNullWhen(true, nameof(Factory))]
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool Succeeded => Factory is not null;
}
