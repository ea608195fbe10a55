using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>The <c>data</c> of error -32021.</summary>
internal sealed class MissingCapabilityData
{
    /// <summary>What the client would have to declare: names with empty objects.</summary>
    [JsonPropertyName("requiredCapabilities")]
    public required IReadOnlyDictionary<string, EmptyObject> RequiredCapabilities { get; init; }
}
