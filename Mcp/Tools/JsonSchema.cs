using System.Text.Json;

namespace MistralServe.Mcp.Tools;

/// <summary>Schemas of the tools, written as JSON in the source.</summary>
internal static class JsonSchema
{
    /// <summary>Parses a schema. The text is ours: malformed JSON is a bug and throws.</summary>
    public static JsonElement Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        return JsonElement.ParseValue(ref reader);
    }
}
