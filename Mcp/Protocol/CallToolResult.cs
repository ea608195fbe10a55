using MistralServe.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MistralServe.Mcp.Protocol;

/// <summary>Answer to <c>tools/call</c>, also where the tool itself failed.</summary>
internal sealed record CallToolResult : McpResult
{
    /// <summary>What the client's model reads. Tools that answer with text give exactly one block, because clients join blocks without a separator.</summary>
    [JsonPropertyName("content")]
    public required IReadOnlyList<ContentBlock> Content { get; init; }

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
    public static CallToolResult Failed(string message) => new() { Content = [ContentBlock.OfText(message)], IsError = true };

    /// <summary>Data that conforms to the tool's output schema, and the same JSON as text.</summary>
    /// <param name="value">The data, an object.</param>
    /// <param name="type">Its contract.</param>
    public static CallToolResult Structured<T>(T value, JsonTypeInfo<T> type)
    {
        ReadOnlyMemory<byte> json = WireJson.Write(value, type);
        return new CallToolResult
        {
            Content = [ContentBlock.OfText(Encoding.UTF8.GetString(json.Span))],
            StructuredContent = WireJson.ToElement(json),
            IsError = false,
        };
    }
}
