using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>What the server offers: tools, and nothing that would need more than the empty object.</summary>
internal sealed class ServerCapabilities
{
    /// <summary>Tools, without notifications of a changing list: the list never changes while the process lives.</summary>
    [JsonPropertyName("tools")]
    public EmptyObject Tools { get; } = new();
}
