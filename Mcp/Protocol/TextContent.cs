using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>A block of text in the result of a tool.</summary>
internal sealed record TextContent
{
    /// <summary>Tells the block from images, audio and resources.</summary>
    [JsonPropertyName("type")]
    public string Type { get; } = "text";

    /// <summary>The text.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }
}
