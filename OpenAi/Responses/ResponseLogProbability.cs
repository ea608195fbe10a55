using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Responses;

/// <summary>A generated token and what else the model thought of.</summary>
internal sealed record ResponseLogProbability
{
    [JsonPropertyName("token")]
    public required string Token { get; init; }

    [JsonPropertyName("logprob")]
    public required double LogProbability { get; init; }

    /// <summary>The token's bytes: its text may be half a character, which <see cref="Token"/> shows as a replacement character.</summary>
    [JsonPropertyName("bytes")]
    public required IReadOnlyList<int> Bytes { get; init; }

    [JsonPropertyName("top_logprobs")]
    public required IReadOnlyList<ResponseTopLogProbability> Top { get; init; }
}

/// <summary>One of the most probable tokens of a position.</summary>
internal sealed record ResponseTopLogProbability
{
    [JsonPropertyName("token")]
    public required string Token { get; init; }

    [JsonPropertyName("logprob")]
    public required double LogProbability { get; init; }

    [JsonPropertyName("bytes")]
    public required IReadOnlyList<int> Bytes { get; init; }
}
