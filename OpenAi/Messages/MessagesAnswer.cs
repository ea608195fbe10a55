using System.Text.Json.Serialization;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Messages;

/// <summary>Answer of POST /v1/messages.</summary>
internal sealed record MessagesAnswer
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("type")]
    public string Type { get; } = "message";

    [JsonPropertyName("role")]
    public string Role { get; } = "assistant";

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("content")]
    public required IReadOnlyList<MessagesBlock> Content { get; init; }

    /// <summary><c>end_turn</c>, <c>max_tokens</c>, <c>stop_sequence</c> or <c>tool_use</c>; null at the start of a stream.</summary>
    [JsonPropertyName("stop_reason")]
    public required string? StopReason { get; init; }

    /// <summary>The stop sequence that ended it; null when none did.</summary>
    [JsonPropertyName("stop_sequence")]
    public required string? StopSequence { get; init; }

    [JsonPropertyName("usage")]
    public required MessagesUsage Usage { get; init; }
}

/// <summary>Token counts. The input's tokens are the sum of the first three.</summary>
internal sealed class MessagesUsage
{
    /// <summary>Tokens of the prompt that were computed.</summary>
    [JsonPropertyName("input_tokens")]
    public required int InputTokens { get; init; }

    /// <summary>Always 0: what is written to the prefix cache is not charged for.</summary>
    [JsonPropertyName("cache_creation_input_tokens")]
    public int CacheCreationInputTokens { get; init; }

    /// <summary>Tokens of the prompt that came from the prefix cache.</summary>
    [JsonPropertyName("cache_read_input_tokens")]
    public required int CacheReadInputTokens { get; init; }

    [JsonPropertyName("output_tokens")]
    public required int OutputTokens { get; init; }

    /// <summary>The wire form of the engine's counts.</summary>
    public static MessagesUsage From(TokenUsage usage) => new()
    {
        InputTokens = usage.PromptTokens - usage.CachedTokens,
        CacheReadInputTokens = usage.CachedTokens,
        OutputTokens = usage.CompletionTokens,
    };
}

/// <summary>Answer of POST /v1/messages/count_tokens.</summary>
internal sealed class MessagesTokenCount
{
    [JsonPropertyName("input_tokens")]
    public required int InputTokens { get; init; }
}
