using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>Answer to <c>initialize</c> (legacy era).</summary>
internal sealed record InitializeResult : McpResult
{
    /// <summary>The negotiated revision; a client that does not know it disconnects.</summary>
    [JsonPropertyName("protocolVersion")]
    public required string ProtocolVersion { get; init; }

    /// <summary>What the client may use.</summary>
    [JsonPropertyName("capabilities")]
    public required ServerCapabilities Capabilities { get; init; }

    /// <summary>Who answers.</summary>
    [JsonPropertyName("serverInfo")]
    public required Implementation ServerInfo { get; init; }

    /// <summary>How to use the server; hosts may show it to their model.</summary>
    [JsonPropertyName("instructions")]
    public required string Instructions { get; init; }
}
