using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>Answer to <c>server/discover</c> (modern era).</summary>
internal sealed record DiscoverResult : CacheableResult
{
    /// <summary>Versions that a request may name: modern ones only.</summary>
    [JsonPropertyName("supportedVersions")]
    public required IReadOnlyList<string> SupportedVersions { get; init; }

    /// <summary>What the client may use.</summary>
    [JsonPropertyName("capabilities")]
    public required ServerCapabilities Capabilities { get; init; }

    /// <summary>How to use the server; hosts may show it to their model.</summary>
    [JsonPropertyName("instructions")]
    public required string Instructions { get; init; }
}
