using System.Text.Json.Serialization;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>Token counts of a request.</summary>
internal sealed class CompletionUsage
{
    [JsonPropertyName("prompt_tokens")]
    public required int PromptTokens { get; init; }

    [JsonPropertyName("completion_tokens")]
    public required int CompletionTokens { get; init; }

    [JsonPropertyName("total_tokens")]
    public required int TotalTokens { get; init; }

    [JsonPropertyName("prompt_tokens_details")]
    public required PromptTokensDetails PromptTokensDetails { get; init; }

    [JsonPropertyName("completion_tokens_details")]
    public required CompletionTokensDetails CompletionTokensDetails { get; init; }

    /// <summary>The wire form of the engine's counts.</summary>
    /// <param name="usage">The counts.</param>
    /// <param name="reasoningTokens">How many of the completion's tokens were reasoning.</param>
    public static CompletionUsage From(TokenUsage usage, int reasoningTokens = 0) => new()
    {
        PromptTokens = usage.PromptTokens,
        CompletionTokens = usage.CompletionTokens,
        TotalTokens = usage.TotalTokens,
        PromptTokensDetails = new PromptTokensDetails { CachedTokens = usage.CachedTokens },
        CompletionTokensDetails = new CompletionTokensDetails
        {
            ReasoningTokens = reasoningTokens,
            AcceptedPredictionTokens = usage.AcceptedDraftTokens,
            RejectedPredictionTokens = usage.RejectedDraftTokens,
        },
    };
}

/// <summary>Parts of the prompt's tokens.</summary>
internal sealed class PromptTokensDetails
{
    [JsonPropertyName("cached_tokens")]
    public required int CachedTokens { get; init; }

    [JsonPropertyName("audio_tokens")]
    public int AudioTokens { get; init; }
}

/// <summary>Parts of the answer's tokens; audio is 0 for a model that writes only text.</summary>
internal sealed class CompletionTokensDetails
{
    [JsonPropertyName("reasoning_tokens")]
    public int ReasoningTokens { get; init; }

    /// <summary>Tokens that were guessed and confirmed; part of the completion.</summary>
    [JsonPropertyName("accepted_prediction_tokens")]
    public required int AcceptedPredictionTokens { get; init; }

    /// <summary>Tokens that were guessed and thrown away; not part of the completion.</summary>
    [JsonPropertyName("rejected_prediction_tokens")]
    public required int RejectedPredictionTokens { get; init; }

    [JsonPropertyName("audio_tokens")]
    public int AudioTokens { get; init; }
}
