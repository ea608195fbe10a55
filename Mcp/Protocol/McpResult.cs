using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>What every result has in common. Fields of the modern era are null, hence not written, in the legacy era.</summary>
internal abstract record McpResult
{
    /// <summary><c>complete</c> in the modern era, where it is required; null in the legacy era.</summary>
    [JsonPropertyName("resultType")]
    [JsonPropertyOrder(-1)]
    public string? ResultType { get; init; }

    /// <summary>Data beside the result; null when there is none.</summary>
    [JsonPropertyName("_meta")]
    [JsonPropertyOrder(1)]
    public ResultMeta? Meta { get; init; }
}
