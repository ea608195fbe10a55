using System.Text.Json;
using MistralServe.Json;

namespace MistralServe.Mcp.Protocol;

/// <summary>
/// Bytes to a JSON document, with the strictness that the parser itself lacks: it looks into strings only when they are
/// read, and would then throw.
/// </summary>
internal static class JsonRpcReader
{
    /// <summary>
    /// Parses a whole message. The document refers to the bytes: they must not change while it lives.
    /// </summary>
    /// <returns>Null for broken JSON, an empty body, more than one value, nesting beyond <see cref="JsonText.MaxDepth"/>, invalid
    /// UTF-8 and escaped lone surrogates.</returns>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> utf8)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, JsonText.DocumentOptions);
        }
        catch (JsonException)
        {
            // The parser has no form that reports malformed input as a value.
            return null;
        }

        if (JsonText.IsWellFormed(document.RootElement))
        {
            return document;
        }

        document.Dispose();
        return null;
    }
}
