using System.Text.Json.Serialization;
using MistralServe.OpenAi.Embeddings;

namespace MistralServe.Mcp.Tools;

/// <summary>Structured content of <c>embed</c>. Its output schema is in <see cref="EmbedTool"/>.</summary>
internal sealed class EmbedResult
{
    /// <summary>Id of the model.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    /// <summary>One vector for each input, in their order.</summary>
    [JsonPropertyName("embeddings")]
    public required IReadOnlyList<EmbeddingValue> Embeddings { get; init; }

    /// <summary>Token counts.</summary>
    [JsonPropertyName("usage")]
    public required EmbeddingUsage Usage { get; init; }
}
