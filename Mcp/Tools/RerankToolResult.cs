using System.Text.Json.Serialization;
using MistralServe.OpenAi.Embeddings;
using MistralServe.OpenAi.Rerank;

namespace MistralServe.Mcp.Tools;

/// <summary>Structured content of <c>rerank</c>. Its output schema is in <see cref="RerankTool"/>.</summary>
internal sealed class RerankToolResult
{
    /// <summary>Id of the model.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    /// <summary>Best first.</summary>
    [JsonPropertyName("results")]
    public required IReadOnlyList<RerankResult> Results { get; init; }

    /// <summary>Token counts.</summary>
    [JsonPropertyName("usage")]
    public required EmbeddingUsage Usage { get; init; }
}
