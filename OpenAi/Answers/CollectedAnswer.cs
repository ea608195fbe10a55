using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>What a generation came to: all its choices, or the failure that ended them.</summary>
/// <param name="Choices">In the order of their index; empty after a failure.</param>
/// <param name="Usage">Counts of the whole request, see <see cref="UsageTotal"/>.</param>
/// <param name="Failure">Null on success.</param>
internal sealed record CollectedAnswer(IReadOnlyList<CollectedChoice> Choices, TokenUsage Usage, EngineFailure? Failure)
{
    /// <summary>Tokens that the choices reasoned.</summary>
    public int ReasoningTokens => Choices.Sum(choice => choice.ReasoningTokens);

    /// <summary>Reports of the prompts' tokens by the prompt's number, if they were asked for.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<TokenReport>> PromptTokens { get; init; } = new Dictionary<int, IReadOnlyList<TokenReport>>();
}
