using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>
/// Hints about a tool. Ours change nothing and reach nothing outside, and must say so: the defaults of the specification
/// are destructive and open-world.
/// </summary>
internal sealed class ToolAnnotations
{
    /// <summary>The tool changes nothing.</summary>
    [JsonPropertyName("readOnlyHint")]
    public bool ReadOnlyHint { get; } = true;

    /// <summary>True when the same arguments give the same result; null leaves it out.</summary>
    [JsonPropertyName("idempotentHint")]
    public bool? IdempotentHint { get; init; }

    /// <summary>The tool talks to nothing but the loaded model.</summary>
    [JsonPropertyName("openWorldHint")]
    public bool OpenWorldHint { get; }
}
