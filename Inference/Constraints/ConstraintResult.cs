using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Constraints;

/// <summary>A compiled constraint, or why there is none, or neither where there is nothing to enforce.</summary>
/// <param name="Factory">Makes the constraint of each sequence.</param>
/// <param name="Failure">Why there is none, with the field to blame.</param>
internal sealed record ConstraintResult(ITokenConstraintFactory? Factory, EngineFailure? Failure)
{
    /// <inheritdoc cref="GrammarBuildResult.Unenforced"/>
    public IReadOnlyList<string> Unenforced { get; init; } = [];
}
