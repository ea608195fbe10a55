using System.Buffers;
using System.Buffers.Text;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>Writes JSON in pieces, shorter than a document. Stateless.</summary>
internal static class JsonWriting
{
    /// <summary>Writes text as the inside of a JSON string: quote, backslash and control characters are escaped, all else stays.</summary>
    /// <param name="text">UTF-8, whole characters.</param>
    /// <param name="output">Receives it.</param>
    public static void WriteEscaped(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> output)
    {
        int plain = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte value = text[i];
            if (value is >= 0x20 and not (byte)'"' and not (byte)'\\')
            {
                continue;
            }

            output.Write(text[plain..i]);
            plain = i + 1;
            WriteEscape(value, output);
        }

        output.Write(text[plain..]);
    }

    /// <summary>Writes text as a JSON string with its quotes.</summary>
    public static void WriteString(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> output)
    {
        output.Write("\""u8);
        WriteEscaped(text, output);
        output.Write("\""u8);
    }

    private static void WriteEscape(byte value, ArrayBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> name = value switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => "\\\\"u8,
            (byte)'\n' => "\\n"u8,
            (byte)'\r' => "\\r"u8,
            (byte)'\t' => "\\t"u8,
            (byte)'\b' => "\\b"u8,
            (byte)'\f' => "\\f"u8,
            _ => default,
        };
        if (!name.IsEmpty)
        {
            output.Write(name);
            return;
        }

        output.Write("\\u"u8);
        Utf8Formatter.TryFormat((uint)value, output.GetSpan(4), out int written, new StandardFormat('x', 4));
        output.Advance(written);
    }
}
