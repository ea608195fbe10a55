using System.Buffers;
using System.Text;
using System.Text.Json;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// Turns values of <see cref="CallBody.Elements"/> into JSON by the tool's schema: elements inside of a value are a list where all are named
/// <see cref="Item"/> and a list is allowed, else an object. Immutable.
/// </summary>
internal sealed class ElementReader(string mark)
{
    /// <summary>Name of a list's elements.</summary>
    public const string Item = "item";

    // As JSON's reader.
    private const int MaxDepth = 64;

    private readonly byte[] _open = Encoding.UTF8.GetBytes(mark + "<");

    /// <summary>The closing tag of an element.</summary>
    public byte[] CloseOf(string name) => Encoding.UTF8.GetBytes($"{mark}</{name}>");

    /// <summary>Where the value of an element ends: its closing tag, over elements of the same name inside. Negative when it is not there yet.</summary>
    /// <param name="text">Text behind the opening tag.</param>
    /// <param name="name">Name of the element.</param>
    public int FindEnd(ReadOnlySpan<byte> text, string name)
    {
        byte[] open = Encoding.UTF8.GetBytes($"{mark}<{name}>"), close = CloseOf(name);
        int position = 0;
        for (int depth = 1; ;)
        {
            int next = text[position..].IndexOf(close);
            if (next < 0)
            {
                return -1;
            }

            int inner = text.Slice(position, next).IndexOf(open);
            depth += inner >= 0 ? 1 : -1;
            if (depth == 0)
            {
                return position + next;
            }

            position += inner >= 0 ? inner + open.Length : next + close.Length;
        }
    }

    /// <summary>Writes a value as JSON.</summary>
    /// <param name="value">Text between the tags.</param>
    /// <param name="schema">Its schema; null when there is none.</param>
    /// <param name="root">The schema of all parameters.</param>
    /// <param name="json">Receives it.</param>
    public void Write(ReadOnlySpan<byte> value, JsonElement? schema, JsonElement root, ArrayBufferWriter<byte> json) => Write(value, schema, root, json, 0);

    private void Write(ReadOnlySpan<byte> value, JsonElement? schema, JsonElement root, ArrayBufferWriter<byte> json, int depth)
    {
        JsonTypes types = SchemaTypes.OfValue(schema, root);
        ReadOnlySpan<byte> trimmed = value.Trim(" \n\r\t"u8);
        if (trimmed.IsEmpty && (types & JsonTypes.String) == 0 && (types & (JsonTypes.Object | JsonTypes.Array)) != 0)
        {
            json.Write((types & JsonTypes.Object) != 0 ? "{}"u8 : "[]"u8);
            return;
        }

        if (depth < MaxDepth && trimmed.StartsWith(_open) && Split(trimmed) is { } elements)
        {
            bool isList = (types & JsonTypes.Array) != 0 && elements.TrueForAll(element => element.Name == Item);
            json.Write(isList ? "["u8 : "{"u8);
            for (int i = 0; i < elements.Count; i++)
            {
                Element element = elements[i];
                json.Write(i > 0 ? ", "u8 : default);
                if (!isList)
                {
                    JsonWriting.WriteString(Encoding.UTF8.GetBytes(element.Name), json);
                    json.Write(": "u8);
                }

                JsonElement? inside = SchemaTypes.FindInside(schema, root, isList ? null : element.Name);
                Write(trimmed.Slice(element.Start, element.Length), inside, root, json, depth + 1);
            }

            json.Write(isList ? "]"u8 : "}"u8);
            return;
        }

        ScalarWriting.Write(value, types, json);
    }

    // Null: the text is no row of elements.
    private List<Element>? Split(ReadOnlySpan<byte> text)
    {
        List<Element> elements = [];
        int position = 0;
        while (position < text.Length)
        {
            ReadOnlySpan<byte> rest = text[position..];
            int end = rest.StartsWith(_open) ? rest[_open.Length..].IndexOf((byte)'>') : -1;
            if (end <= 0 || rest[_open.Length] == '/')
            {
                return null;
            }

            string name = Encoding.UTF8.GetString(rest.Slice(_open.Length, end));
            int start = _open.Length + end + 1;
            int length = FindEnd(rest[start..], name);
            if (length < 0)
            {
                return null;
            }

            elements.Add(new Element(name, position + start, length));
            position += start + length + CloseOf(name).Length;
            position += TextScan.LeadingSpace(text[position..]);
        }

        return elements;
    }

    private sealed record Element(string Name, int Start, int Length);
}
