using System.Buffers;
using System.Globalization;
using System.Text;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>Reads one literal of a programming language and writes it as JSON. Stateless apart from its syntax.</summary>
internal sealed class LiteralReader(LiteralSyntax syntax)
{
    // As JSON's reader.
    private const int MaxDepth = 64;

    /// <summary>Gemma 4's quote.</summary>
    public const string GemmaQuote = "<|\"|>";

    private static readonly (byte[] Word, byte[] Json)[] Words =
    [
        ("True"u8.ToArray(), "true"u8.ToArray()),
        ("False"u8.ToArray(), "false"u8.ToArray()),
        ("None"u8.ToArray(), "null"u8.ToArray()),
        ("true"u8.ToArray(), "true"u8.ToArray()),
        ("false"u8.ToArray(), "false"u8.ToArray()),
        ("null"u8.ToArray(), "null"u8.ToArray()),
    ];

    /// <summary>Reads a text that is one literal and nothing else.</summary>
    public bool TryReadAll(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> json)
    {
        // A number or word ends only where something else follows.
        byte[] ended = [.. text, (byte)'\n'];
        ReadResult result = Read(ended, json);
        return result.Status == ReadStatus.Done && TextScan.LeadingSpace(ended.AsSpan(result.Length)) == ended.Length - result.Length;
    }

    /// <summary>
    /// Reads one literal, white space before it allowed.
    /// </summary>
    /// <param name="text">Text from its start.</param>
    /// <param name="json">Receives it; has to be discarded unless it is done.</param>
    public ReadResult Read(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> json) => ReadValue(text, json, 0);

    private ReadResult ReadValue(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> json, int depth)
    {
        int space = TextScan.LeadingSpace(text);
        if (space == text.Length)
        {
            return ReadResult.NeedMore;
        }

        ReadOnlySpan<byte> rest = text[space..];
        ReadResult result = rest[0] switch
        {
            (byte)'[' => ReadList(rest, (byte)']', json, depth),
            (byte)'(' when syntax == LiteralSyntax.Python => ReadList(rest, (byte)')', json, depth),
            (byte)'{' => ReadDictionary(rest, json, depth),
            (byte)'"' or (byte)'\'' => ReadQuoted(rest, json),
            (byte)'<' when syntax == LiteralSyntax.Gemma => ReadGemmaString(rest, json),
            _ => ReadWord(rest, json),
        };
        return result.Status == ReadStatus.Done ? ReadResult.Done(space + result.Length) : result;
    }

    private ReadResult ReadList(ReadOnlySpan<byte> text, byte close, ArrayBufferWriter<byte> json, int depth)
    {
        if (depth == MaxDepth)
        {
            return ReadResult.Malformed;
        }

        json.Write("["u8);
        int position = 1;
        for (bool first = true; ; first = false)
        {
            ReadResult next = NextItem(text[position..], close, first, out bool closed);
            if (next.Status != ReadStatus.Done)
            {
                return next;
            }

            position += next.Length;
            if (closed)
            {
                json.Write("]"u8);
                return ReadResult.Done(position);
            }

            json.Write(first ? default : ", "u8);
            ReadResult value = ReadValue(text[position..], json, depth + 1);
            if (value.Status != ReadStatus.Done)
            {
                return value;
            }

            position += value.Length;
        }
    }

    private ReadResult ReadDictionary(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> json, int depth)
    {
        if (depth == MaxDepth)
        {
            return ReadResult.Malformed;
        }

        json.Write("{"u8);
        int position = 1;
        for (bool first = true; ; first = false)
        {
            ReadResult next = NextItem(text[position..], (byte)'}', first, out bool closed);
            if (next.Status != ReadStatus.Done)
            {
                return next;
            }

            position += next.Length;
            if (closed)
            {
                json.Write("}"u8);
                return ReadResult.Done(position);
            }

            json.Write(first ? default : ", "u8);
            ReadResult key = ReadKey(text[position..], (byte)':', json);
            ReadResult value = key.Status == ReadStatus.Done ? ReadValue(text[(position + key.Length)..], json, depth + 1) : key;
            if (value.Status != ReadStatus.Done)
            {
                return value;
            }

            position += key.Length + value.Length;
        }
    }

    /// <summary>
    /// Reads a key, quoted or bare, and the sign behind it; writes the key as a JSON string with a colon.
    /// </summary>
    public ReadResult ReadKey(ReadOnlySpan<byte> text, byte sign, ArrayBufferWriter<byte> json)
    {
        int position = TextScan.LeadingSpace(text);
        if (position == text.Length)
        {
            return ReadResult.NeedMore;
        }

        ReadResult key;
        if (text[position] is (byte)'"' or (byte)'\'')
        {
            key = ReadQuoted(text[position..], json);
        }
        else if (syntax == LiteralSyntax.Gemma && text[position] == '<')
        {
            key = ReadGemmaString(text[position..], json);
        }
        else
        {
            ReadOnlySpan<byte> stop = [sign, (byte)',', (byte)'}', (byte)')', (byte)'\n'];
            int length = text[position..].IndexOfAny(stop);
            key = length < 0 ? ReadResult.NeedMore : length == 0 ? ReadResult.Malformed : ReadResult.Done(length);
            if (key.Status == ReadStatus.Done)
            {
                JsonWriting.WriteString(text.Slice(position, length).TrimEnd(" "u8), json);
            }
        }

        if (key.Status != ReadStatus.Done)
        {
            return key;
        }

        position += key.Length;
        position += TextScan.LeadingSpace(text[position..]);
        if (position == text.Length)
        {
            return ReadResult.NeedMore;
        }

        json.Write(": "u8);
        return text[position] == sign ? ReadResult.Done(position + 1) : ReadResult.Malformed;
    }

    /// <summary>Goes to the next item of a list: over the comma, or over the closing sign, before which a comma may stand.</summary>
    public static ReadResult NextItem(ReadOnlySpan<byte> text, byte close, bool first, out bool closed)
    {
        closed = false;
        int position = TextScan.LeadingSpace(text);
        if (position < text.Length && !first && text[position] == ',')
        {
            position++;
            position += TextScan.LeadingSpace(text[position..]);
            first = true;
        }

        if (position == text.Length)
        {
            return ReadResult.NeedMore;
        }

        closed = text[position] == close;
        return closed ? ReadResult.Done(position + 1) : first ? ReadResult.Done(position) : ReadResult.Malformed;
    }

    private static ReadResult ReadQuoted(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> json)
    {
        byte quote = text[0];
        json.Write("\""u8);
        int position = 1;
        while (true)
        {
            int length = text[position..].IndexOfAny(quote, (byte)'\\');
            if (length < 0)
            {
                return ReadResult.NeedMore;
            }

            JsonWriting.WriteEscaped(text.Slice(position, length), json);
            position += length;
            if (text[position] == quote)
            {
                json.Write("\""u8);
                return ReadResult.Done(position + 1);
            }

            ReadResult escape = ReadEscape(text[position..], json);
            if (escape.Status != ReadStatus.Done)
            {
                return escape;
            }

            position += escape.Length;
        }
    }

    // Python's escapes: those of JSON, \', \xHH, \UHHHHHHHH and the line end, which is nothing. An unknown one stays as it is.
    private static ReadResult ReadEscape(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> json)
    {
        if (text.Length < 2)
        {
            return ReadResult.NeedMore;
        }

        int digits = text[1] switch { (byte)'x' => 2, (byte)'u' => 4, (byte)'U' => 8, _ => 0 };
        if (digits > 0)
        {
            return ReadCodePoint(text, digits, json);
        }

        ReadOnlySpan<byte> plain = text[1] switch
        {
            (byte)'n' => "\n"u8,
            (byte)'t' => "\t"u8,
            (byte)'r' => "\r"u8,
            (byte)'b' => "\b"u8,
            (byte)'f' => "\f"u8,
            (byte)'\n' => default,
            (byte)'\\' or (byte)'"' or (byte)'\'' or (byte)'/' => text.Slice(1, 1),
            >= 0x80 => text[..1],
            _ => text[..2],
        };
        JsonWriting.WriteEscaped(plain, json);
        return ReadResult.Done(text[1] >= 0x80 ? 1 : 2);
    }

    private static ReadResult ReadCodePoint(ReadOnlySpan<byte> text, int digits, ArrayBufferWriter<byte> json)
    {
        if (text.Length < 2 + digits)
        {
            return ReadResult.NeedMore;
        }

        if (!uint.TryParse(text.Slice(2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value))
        {
            return ReadResult.Malformed;
        }

        int length = 2 + digits;
        if (value is >= 0xD800 and < 0xDC00 && digits == 4)
        {
            // The second half of a pair follows, or it is a lone surrogate.
            if (text.Length < length + 6)
            {
                return ReadResult.NeedMore;
            }

            if (text.Slice(length, 2).SequenceEqual("\\u"u8) && uint.TryParse(text.Slice(length + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint low)
                && low is >= 0xDC00 and < 0xE000)
            {
                value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
                length += 6;
            }
        }

        Span<byte> utf8 = stackalloc byte[4];
        Rune rune = value <= int.MaxValue && Rune.IsValid((int)value) ? new Rune(value) : Rune.ReplacementChar;
        JsonWriting.WriteEscaped(utf8[..rune.EncodeToUtf8(utf8)], json);
        return ReadResult.Done(length);
    }

    private static ReadResult ReadGemmaString(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> json)
    {
        ReadOnlySpan<byte> quote = "<|\"|>"u8;
        if (!text.StartsWith(quote))
        {
            return quote.StartsWith(text) ? ReadResult.NeedMore : ReadResult.Malformed;
        }

        int length = text[quote.Length..].IndexOf(quote);
        if (length < 0)
        {
            return ReadResult.NeedMore;
        }

        JsonWriting.WriteString(text.Slice(quote.Length, length), json);
        return ReadResult.Done((2 * quote.Length) + length);
    }

    private static ReadResult ReadWord(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> json)
    {
        int length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit((char)text[length]) || text[length] is (byte)'-' or (byte)'+' or (byte)'.' or (byte)'_'))
        {
            length++;
        }

        if (length == text.Length)
        {
            return ReadResult.NeedMore;
        }

        ReadOnlySpan<byte> word = text[..length];
        foreach ((byte[] name, byte[] value) in Words)
        {
            if (word.SequenceEqual(name))
            {
                json.Write(value);
                return ReadResult.Done(length);
            }
        }

        if (length == 0 || !JsonScanner.IsValue(word))
        {
            return ReadResult.Malformed;
        }

        json.Write(word);
        return ReadResult.Done(length);
    }
}
