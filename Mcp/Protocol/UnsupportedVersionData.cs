using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>The <c>data</c> of error -32022.</summary>
internal sealed class UnsupportedVersionData
{
    /// <summary>
    /// Versions that the client may put into a request. Modern ones only: a legacy date here would invite its use with
    /// per-request metadata.
    /// </summary>
    [JsonPropertyName("supported")]
    public required IReadOnlyList<string> Supported { get; init; }

    /// <summary>The version as the client wrote it.</summary>
    [JsonPropertyName("requested")]
    public required string Requested { get; init; }
}
