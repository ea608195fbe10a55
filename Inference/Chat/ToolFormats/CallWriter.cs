using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MistralServe.Inference.Chat.ToolFormats.Parsing;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>
/// Writes calls as the model would have written them, for templates that render none. Arguments that are no JSON object are
/// written as they are where the format has JSON, else left out. Stateless; any thread.
/// </summary>
internal static class CallWriter
{
    /// <summary>The calls as one block, or several where the syntax has no section.</summary>
    public static string Write(CallSyntax syntax, IReadOnlyList<ChatToolCall> calls)
    {
        var text = new StringBuilder();
        text.Append(syntax.SectionOpen.Write(new MarkValues()));
        for (int i = 0; i < calls.Count; i++)
        {
            text.Append(i > 0 ? syntax.Separator.Write(new MarkValues()) : "");
            WriteCall(syntax, calls[i], i, text);
        }

        return text.Append(syntax.SectionClose.Write(new MarkValues())).ToString();
    }

    /// <summary>Text of a value between marks: a string as it is, all else as JSON.</summary>
    public static string RawValue(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    /// <summary>A value as a literal.</summary>
    public static void WriteLiteral(JsonElement value, LiteralSyntax syntax, StringBuilder text)
    {
        bool gemma = syntax == LiteralSyntax.Gemma;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                int member = 0;
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    text.Append(member++ > 0 ? gemma ? "," : ", " : "").Append(gemma ? property.Name : JsonString(property.Name)).Append(gemma ? ":" : ": ");
                    WriteLiteral(property.Value, syntax, text);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                int item = 0;
                foreach (JsonElement element in value.EnumerateArray())
                {
                    text.Append(item++ > 0 ? gemma ? "," : ", " : "");
                    WriteLiteral(element, syntax, text);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append(gemma ? LiteralReader.GemmaQuote + value.GetString() + LiteralReader.GemmaQuote : JsonString(value.GetString()!));
                break;
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null when !gemma:
                text.Append(value.ValueKind switch { JsonValueKind.True => "True", JsonValueKind.False => "False", _ => "None" });
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    /// <summary>A text as a JSON string with its quotes.</summary>
    public static string JsonString(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonWriting.WriteString(Encoding.UTF8.GetBytes(text), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void WriteCall(CallSyntax syntax, ChatToolCall call, int index, StringBuilder text)
    {
        using JsonDocument? document = Parse(call.Arguments);
        var values = new MarkValues { Name = call.Name, Id = call.Id, Index = index.ToString(CultureInfo.InvariantCulture) };
        text.Append(syntax.Headers[0].Write(values));
        string arguments = call.Arguments.Length == 0 ? "{}" : call.Arguments;
        switch (syntax.Body)
        {
            case CallBody.JsonCall:
                text.Append(CallJson.Open(syntax, call.Name, index)).Append(arguments).Append(CallJson.Close(syntax, call.Id));
                break;
            case CallBody.JsonArguments:
                text.Append(arguments);
                break;
            default:
                WriteParameters(syntax, document, text);
                break;
        }

        text.Append(syntax.Closes[0].Write(values));
    }

    private static void WriteParameters(CallSyntax syntax, JsonDocument? document, StringBuilder text)
    {
        if (document is null)
        {
            return;
        }

        int index = 0;
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            if (syntax.Body == CallBody.Elements)
            {
                WriteElement(syntax.ElementMark, property.Name, property.Value, text);
                continue;
            }

            string open = syntax.Parameter.Write(new MarkValues { Key = property.Name, Type = TypeName(property.Value) });
            if (syntax.Body == CallBody.Tagged)
            {
                text.Append(open).Append(RawValue(property.Value)).Append(syntax.ValuesOnLines ? "\n" : "").Append(syntax.ParameterClose).Append(syntax.ParameterSeparator);
                continue;
            }

            text.Append(index++ > 0 ? syntax.ParameterSeparator : "").Append(open);
            WriteLiteral(property.Value, syntax.Literals, text);
        }
    }

    private static void WriteElement(string mark, string name, JsonElement value, StringBuilder text)
    {
        text.Append(mark).Append('<').Append(name).Append('>');
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    WriteElement(mark, property.Name, property.Value, text);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    WriteElement(mark, ElementReader.Item, item, text);
                }

                break;
            default:
                text.Append(RawValue(value));
                break;
        }

        text.Append(mark).Append("</").Append(name).Append('>');
    }

    private static string TypeName(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        _ => "null",
    };

    private static JsonDocument? Parse(string arguments)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(arguments);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
