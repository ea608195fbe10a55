using System.Collections.Frozen;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat;

/// <summary>What a request is generated from, once the model is loaded; or why it cannot be: exactly one of the two is set.</summary>
/// <param name="Tokens">The prompt: checked against vocabulary and context.</param>
/// <param name="Failure">Why there is none.</param>
internal readonly record struct PromptResult(int[]? Tokens, EngineFailure? Failure)
{
    /// <summary>
    /// What the answer must be, where that follows from more than the request's output format: then the format is not compiled. Null
    /// leaves it to the format.
    /// </summary>
    public ITokenConstraintFactory? Constraint { get; init; }

    /// <summary>Control tokens that stand for text in the answer, with its UTF-8.</summary>
    public IReadOnlyDictionary<int, byte[]> VisibleTokens { get; init; } = FrozenDictionary<int, byte[]>.Empty;

    /// <summary>Makes for each choice what says where stop strings count; null means everywhere.</summary>
    public Func<IStopScope>? StopScope { get; init; }

    public static implicit operator PromptResult((int[]? Tokens, EngineFailure? Failure) result) => new(result.Tokens, result.Failure);
}
