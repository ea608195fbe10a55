using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.Mcp.Protocol;

/// <summary>Answer to <c>tools/call</c>, also where the tool itself failed.</summary>
internal sealed record CallToolResult : McpResult
{
    /// <summary>What the client's model reads: exactly one block, because clients join blocks without a separator.</summary>
    [JsonPropertyName("content")]
    public required IReadOnlyList<TextContent> Content { get; init; }

    /// <summary>
    /// The result as data, when the tool declares an output schema; then it always conforms, because clients throw
    /// otherwise. Null for tools without one and for failures.
    /// </summary>
    [JsonPropertyName("structuredContent")]
    public JsonElement? StructuredContent { get; init; }

    /// <summary>True when the text says what went wrong, so that the client's model can try again.</summary>
    [JsonPropertyName("isError")]
    public required bool IsError { get; init; }

    /// <summary>A failure of the tool that the client's model can read.</summary>
    /// <param name="message">A sentence that names the field and the remedy.</param>
    public static CallToolResult Failed(string message) =>
        new() { Content = [new TextContent { Text = message }], IsError = true };
}
