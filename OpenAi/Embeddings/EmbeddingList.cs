using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Embeddings;

/// <summary>Answer of POST /v1/embeddings.</summary>
internal sealed class EmbeddingList
{
    [JsonPropertyName("object")]
    public string Object { get; } = "list";

    [JsonPropertyName("data")]
    public required IReadOnlyList<EmbeddingObject> Data { get; init; }

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("usage")]
    public required EmbeddingUsage Usage { get; init; }
}

/// <summary>One vector of an <see cref="EmbeddingList"/>.</summary>
internal sealed class EmbeddingObject
{
    [JsonPropertyName("object")]
    public string Object { get; } = "embedding";

    /// <summary>Place of the input in the request.</summary>
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    [JsonPropertyName("embedding")]
    public required EmbeddingValue Embedding { get; init; }
}

/// <summary>Token counts of a request for embeddings; the two are equal, because nothing is generated.</summary>
internal sealed class EmbeddingUsage
{
    [JsonPropertyName("prompt_tokens")]
    public required int PromptTokens { get; init; }

    [JsonPropertyName("total_tokens")]
    public required int TotalTokens { get; init; }

    /// <summary>The wire form of a count.</summary>
    public static EmbeddingUsage From(int promptTokens) => new() { PromptTokens = promptTokens, TotalTokens = promptTokens };
}
