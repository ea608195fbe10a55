using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>A result that a modern client may keep. Source: specification 2026-07-28 server/utilities/caching.</summary>
internal abstract record CacheableResult : McpResult
{
    /// <summary>How long the result stays true, in milliseconds; null in the legacy era.</summary>
    [JsonPropertyName("ttlMs")]
    public int? TtlMs { get; init; }

    /// <summary><c>public</c> when every caller gets the same; null in the legacy era.</summary>
    [JsonPropertyName("cacheScope")]
    public string? CacheScope { get; init; }
}
