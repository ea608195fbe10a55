using System.Buffers;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>Values between marks as JSON: templates write them as they are, as JSON, or as Python prints them. Stateless.</summary>
internal static class ScalarWriting
{
    /// <summary>Writes a value: as JSON or a literal of Python where its type is allowed, else as a string.</summary>
    /// <param name="value">The text.</param>
    /// <param name="types">Types that the schema allows; none when a mark says that it is JSON, of whatever type.</param>
    /// <param name="json">Receives it.</param>
    /// <param name="dropLineEnd">Whether one line end behind a string does not belong to it.</param>
    public static void Write(ReadOnlySpan<byte> value, JsonTypes types, ArrayBufferWriter<byte> json, bool dropLineEnd = false)
    {
        ReadOnlySpan<byte> trimmed = value.Trim(" \n\r\t"u8);
        if (!trimmed.IsEmpty && IsAllowed(types, SchemaTypes.OfText(trimmed[0])) && JsonScanner.IsValue(trimmed))
        {
            json.Write(trimmed);
            return;
        }

        var literal = new ArrayBufferWriter<byte>();
        if (new LiteralReader(LiteralSyntax.Python).TryReadAll(trimmed, literal) && IsAllowed(types, SchemaTypes.OfText(literal.WrittenSpan[0])))
        {
            json.Write(literal.WrittenSpan);
            return;
        }

        JsonWriting.WriteString(dropLineEnd && value.EndsWith("\n"u8) ? value[..^1] : value, json);
    }

    // A string stands as it is where strings are allowed: quotes belong to it.
    private static bool IsAllowed(JsonTypes types, JsonTypes type) => types == JsonTypes.None || (types & type & ~JsonTypes.String) != 0;
}
