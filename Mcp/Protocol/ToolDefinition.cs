using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>A tool as <c>tools/list</c> shows it.</summary>
internal sealed class ToolDefinition
{
    /// <summary>1 to 64 characters of <c>[a-z0-9_]</c>. Origin: the conformance suite allows 64, the specification 128.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>Name for people.</summary>
    [JsonPropertyName("title")]
    public required string Title { get; init; }

    /// <summary>What the tool does; the client's model chooses by it.</summary>
    [JsonPropertyName("description")]
    public required string Description { get; init; }

    /// <summary>JSON Schema 2020-12 of the arguments: an object, without <c>$ref</c>, additional properties left open.</summary>
    [JsonPropertyName("inputSchema")]
    public required JsonElement InputSchema { get; init; }

    /// <summary>JSON Schema 2020-12 of the structured content; null when the tool has none.</summary>
    [JsonPropertyName("outputSchema")]
    public JsonElement? OutputSchema { get; init; }

    /// <summary>Hints about effects.</summary>
    [JsonPropertyName("annotations")]
    public required ToolAnnotations Annotations { get; init; }
}
