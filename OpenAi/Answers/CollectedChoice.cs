using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>One whole answer of a generation.</summary>
/// <param name="Text">Its content.</param>
/// <param name="FinishReason">Why it ended; <see cref="FinishReason.Cancelled"/> when the server cancelled the request.</param>
/// <param name="Usage">Its own counts; the prompt is the request's.</param>
/// <param name="LogProbability">As <see cref="GenerationEvent.LogProbability"/>.</param>
internal sealed record CollectedChoice(string Text, FinishReason FinishReason, TokenUsage Usage, double LogProbability)
{
    /// <summary>What it reasoned before; null when it did not.</summary>
    public string? Reasoning { get; init; }

    /// <summary>Tokens of the reasoning.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>The calls it made.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>Reports of its tokens, if they were asked for.</summary>
    public IReadOnlyList<TokenReport> Tokens { get; init; } = [];

    /// <summary>How long it took.</summary>
    public GenerationTimes Times { get; init; }
}
