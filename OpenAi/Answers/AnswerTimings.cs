using System.Text.Json.Serialization;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>Counts and speed of an answer. Source: llama-server's <c>timings</c>.</summary>
internal sealed class AnswerTimings
{
    [JsonPropertyName("cache_n")]
    public required int CachedTokens { get; init; }

    [JsonPropertyName("prompt_n")]
    public required int PromptTokens { get; init; }

    [JsonPropertyName("prompt_ms")]
    public required double PromptMilliseconds { get; init; }

    [JsonPropertyName("prompt_per_token_ms")]
    public double PromptMillisecondsPerToken => Divide(PromptMilliseconds, PromptTokens);

    [JsonPropertyName("prompt_per_second")]
    public double PromptPerSecond => Divide(PromptTokens * 1000.0, PromptMilliseconds);

    [JsonPropertyName("predicted_n")]
    public required int PredictedTokens { get; init; }

    [JsonPropertyName("predicted_ms")]
    public required double PredictedMilliseconds { get; init; }

    [JsonPropertyName("predicted_per_token_ms")]
    public double PredictedMillisecondsPerToken => Divide(PredictedMilliseconds, PredictedTokens);

    [JsonPropertyName("predicted_per_second")]
    public double PredictedPerSecond => Divide(PredictedTokens * 1000.0, PredictedMilliseconds);

    [JsonPropertyName("draft_n")]
    public required int DraftTokens { get; init; }

    [JsonPropertyName("draft_n_accepted")]
    public required int AcceptedDraftTokens { get; init; }

    /// <summary>The wire form of the engine's counts and times.</summary>
    public static AnswerTimings From(TokenUsage usage, GenerationTimes times) => new()
    {
        CachedTokens = usage.CachedTokens,
        PromptTokens = usage.PromptTokens - usage.CachedTokens,
        PromptMilliseconds = times.Prompt.TotalMilliseconds,
        PredictedTokens = usage.CompletionTokens,
        PredictedMilliseconds = times.Generation.TotalMilliseconds,
        DraftTokens = usage.AcceptedDraftTokens + usage.RejectedDraftTokens,
        AcceptedDraftTokens = usage.AcceptedDraftTokens,
    };

    /// <summary>Of a whole answer: the times are those of its slowest choice.</summary>
    public static AnswerTimings From(CollectedAnswer answer) => From(
        answer.Usage,
        new GenerationTimes(answer.Choices.Max(choice => choice.Times.Prompt), answer.Choices.Max(choice => choice.Times.Generation)));

    private static double Divide(double value, double by) => by > 0 ? value / by : 0;
}
