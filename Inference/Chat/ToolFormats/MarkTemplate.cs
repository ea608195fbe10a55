using System.Globalization;
using System.Text;
using MistralServe.Inference.Chat.ToolFormats.Parsing;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>What stands at the variable places of a <see cref="MarkTemplate"/>.</summary>
internal sealed record MarkValues
{
    /// <summary>Name of the tool: <c>«name»</c>.</summary>
    public string? Name { get; set; }

    /// <summary>Id of the call: <c>«id»</c>.</summary>
    public string? Id { get; set; }

    /// <summary>Number of the call: <c>«index»</c> counts from 0, <c>«number»</c> from 1.</summary>
    public string? Index { get; set; }

    /// <summary>Name of a parameter: <c>«key»</c>.</summary>
    public string? Key { get; set; }

    /// <summary>Type of a parameter: <c>«type»</c> is a JSON Schema type, <c>«string»</c> whether it is a string.</summary>
    public string? Type { get; set; }
}

/// <summary>
/// Fixed text with variable places, as models write it around names and values: <c>&lt;function=«name»&gt;</c>. The one
/// description is matched by parsers, leniently in white space, and written by grammars. White space in it, and <c>~</c>, stand
/// for any white space when matched; written, <c>~</c> is nothing. Immutable; any thread.
/// </summary>
internal sealed class MarkTemplate
{
    // Longer than any name, id or key that a request may declare.
    private const int MaxValueBytes = 512;

    private readonly List<Part> _parts = [];

    /// <summary>Parses the notation. It comes from the table of formats only.</summary>
    public MarkTemplate(string notation)
    {
        Notation = notation;
        int position = 0;
        while (position < notation.Length)
        {
            int open = notation.IndexOf('«', position);
            AddText(notation[position..(open < 0 ? notation.Length : open)]);
            if (open < 0)
            {
                break;
            }

            int close = notation.IndexOf('»', open);
            _parts.Add(new Part([], notation[(open + 1)..close], SpaceBefore: false));
            position = close + 1;
        }
    }

    /// <summary>The notation.</summary>
    public string Notation { get; }

    /// <summary>Whether nothing is matched and nothing written.</summary>
    public bool IsEmpty => _parts.Count == 0;

    /// <summary>The text before the first variable place and the first white space.</summary>
    public byte[] Opening => _parts.Count > 0 ? _parts[0].Text : [];

    /// <summary>Whether a sign of the notation stands for white space.</summary>
    public static bool IsSpace(char sign) => sign is ' ' or '\n' or '~';

    /// <summary>A notation as it is written.</summary>
    public static string WithoutSpaceMarks(string notation) => notation.Replace("~", "", StringComparison.Ordinal);

    /// <summary>The text with values put in; places without a value stay empty.</summary>
    public string Write(MarkValues values) => string.Concat(WritePieces(WithoutSpaceMarks(Notation), values).Select(piece => piece.Text));

    /// <summary>
    /// The notation in pieces: fixed, with the values that are known, and places whose value is not.
    /// </summary>
    /// <returns>Pairs of which one is set.</returns>
    public IEnumerable<(string Text, string? Place)> WritePieces(MarkValues values) => WritePieces(Notation, values);

    private static IEnumerable<(string Text, string? Place)> WritePieces(string rest, MarkValues values)
    {
        var fixedText = new StringBuilder();
        for (int open = rest.IndexOf('«'); open >= 0; open = rest.IndexOf('«'))
        {
            int close = rest.IndexOf('»');
            string place = rest[(open + 1)..close];
            fixedText.Append(rest[..open]);
            if (Value(values, place) is { } value)
            {
                fixedText.Append(value);
            }
            else
            {
                yield return (fixedText.ToString(), null);
                yield return ("", place);
                fixedText.Clear();
            }

            rest = rest[(close + 1)..];
        }

        yield return (fixedText.Append(rest).ToString(), null);
    }

    /// <summary>The value of a place, as it is written.</summary>
    public static string? Value(MarkValues values, string place) => place switch
    {
        "name" => values.Name,
        "id" => values.Id,
        "index" => values.Index,
        "number" => values.Index is { } index ? (int.Parse(index, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture) : null,
        "key" => values.Key,
        "type" => values.Type,
        "string" => values.Type is { } type ? type == "string" ? "true" : "false" : null,
        _ => null,
    };

    /// <summary>
    /// Matches the start of a text, white space before it allowed.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="values">Receives what stands at the places.</param>
    public ReadResult Match(ReadOnlySpan<byte> text, MarkValues values)
    {
        int position = 0;
        for (int i = 0; i < _parts.Count; i++)
        {
            Part part = _parts[i];
            if (i == 0 || part.SpaceBefore)
            {
                position += TextScan.LeadingSpace(text[position..]);
            }

            ReadOnlySpan<byte> rest = text[position..];
            if (part.Place is null)
            {
                int common = Math.Min(part.Text.Length, rest.Length);
                if (!rest[..common].SequenceEqual(part.Text.AsSpan(0, common)))
                {
                    return ReadResult.Malformed;
                }

                if (common < part.Text.Length)
                {
                    return ReadResult.NeedMore;
                }

                position += common;
                continue;
            }

            int length = part.Place == "key" && i + 1 < _parts.Count ? rest.IndexOf(_parts[i + 1].Text) : LengthOfWord(rest);
            if (length < 0 || length == rest.Length)
            {
                return rest.Length > MaxValueBytes ? ReadResult.Malformed : ReadResult.NeedMore;
            }

            // A dot may belong to a name, but the last one is the text that follows the place.
            if (i + 1 < _parts.Count && _parts[i + 1].Text is [(byte)'.', ..])
            {
                length = rest[..length].LastIndexOf((byte)'.');
            }

            if (length is <= 0 or > MaxValueBytes || !Set(values, part.Place, Encoding.UTF8.GetString(rest[..length])))
            {
                return ReadResult.Malformed;
            }

            position += length;
        }

        return ReadResult.Done(position);
    }

    // Letters of names and ids of all formats; ends with a text that has none of them.
    private static int LengthOfWord(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit((char)text[i]) && text[i] is not ((byte)'_' or (byte)'-' or (byte)'.'))
            {
                return i;
            }
        }

        return text.Length;
    }

    private static bool Set(MarkValues values, string place, string value)
    {
        switch (place)
        {
            case "name":
                values.Name = value;
                return true;
            case "id":
                values.Id = value;
                return true;
            case "index" or "number":
                values.Index = value;
                return value.All(char.IsAsciiDigit);
            case "key":
                values.Key = value;
                return true;
            case "string":
                values.Type = value == "true" ? "string" : "json";
                return value is "true" or "false";
            default:
                values.Type = value;
                return true;
        }
    }

    private void AddText(string text)
    {
        bool spaceBefore = false;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && !IsSpace(text[i]))
            {
                continue;
            }

            if (i > start)
            {
                _parts.Add(new Part(Encoding.UTF8.GetBytes(text[start..i]), null, spaceBefore));
            }

            spaceBefore = true;
            start = i + 1;
        }
    }

    private readonly record struct Part(byte[] Text, string? Place, bool SpaceBefore);
}
