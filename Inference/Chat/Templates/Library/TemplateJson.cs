using System.Globalization;
using System.Text.Json;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>
/// JSON as Python's <c>json.dumps</c> writes it, set up as the transformers library does: nothing escaped for HTML, keys in the
/// order given, characters as they are.
/// </summary>
internal sealed class TemplateJson
{
    private readonly TemplateBudget _budget;
    private readonly TextBuilder _output;
    private readonly Operators _operators;
    private readonly bool _ensureAscii;
    private readonly bool _sortKeys;
    private readonly StringValue? _indent;
    private readonly StringValue _itemSeparator;
    private readonly StringValue _keySeparator;
    private int _level;

    private TemplateJson(TemplateRun run, bool ensureAscii, StringValue? indent, StringValue itemSeparator, StringValue keySeparator, bool sortKeys)
    {
        _budget = run.Budget;
        _operators = run.Operators;
        _output = new TextBuilder(run.Budget);
        _ensureAscii = ensureAscii;
        _indent = indent;
        _itemSeparator = itemSeparator;
        _keySeparator = keySeparator;
        _sortKeys = sortKeys;
    }

    /// <summary>The filter <c>tojson</c>.</summary>
    public static StringValue Write(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        StringValue? indent = values[1] switch
        {
            null or NoneValue => null,
            StringValue text => text,
            { } number => CreateIndent(run, StringMethods.Integer(number, "tojson")),
        };
        StringValue itemSeparator = new(indent is null ? ", " : ","), keySeparator = new(": ");
        if (values[2] is not (null or NoneValue))
        {
            IReadOnlyList<TemplateValue> separators = run.Iterate(values[2]!);
            if (separators.Count != 2)
            {
                throw new TemplateFaultException("tojson(): separators are two texts");
            }

            (itemSeparator, keySeparator) = (StringMethods.Text(separators[0], "tojson"), StringMethods.Text(separators[1], "tojson"));
        }

        var writer = new TemplateJson(run, values[0]?.IsTrue == true, indent, itemSeparator, keySeparator, values[3]?.IsTrue == true);
        writer.Write(value);
        return writer._output.ToValue();
    }

    private static StringValue CreateIndent(TemplateRun run, Int128 width)
    {
        run.Budget.TakeText((long)Int128.Clamp(width, 0, long.MaxValue));
        return new StringValue(new string(' ', (int)Int128.Max(width, 0)));
    }

    /// <summary>A value from JSON of the request; strings are marked as input.</summary>
    public static TemplateValue Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => ReadObject(element),
        JsonValueKind.Array => new ListValue([.. element.EnumerateArray().Select(Read)], isInput: true),
        JsonValueKind.String => StringValue.FromInput(element.GetString()!),
        JsonValueKind.Number => ReadNumber(element.GetRawText()),
        JsonValueKind.True or JsonValueKind.False => BooleanValue.From(element.ValueKind == JsonValueKind.True),
        _ => NoneValue.Instance,
    };

    /// <summary>JSON text as a value; null when it is no JSON.</summary>
    public static TemplateValue? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // Lone surrogates, in the text or as escapes, are reported by the latter two.
            return null;
        }
    }

    private static DictValue ReadObject(JsonElement element)
    {
        var dict = new DictValue(isInput: true);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            dict.Set(StringValue.FromInput(property.Name), Read(property.Value));
        }

        return dict;
    }

    private static TemplateValue ReadNumber(string text) =>
        text.AsSpan().IndexOfAny(".eE") < 0 && Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 integer)
            ? new IntegerValue(integer)
            : new FloatValue(double.Parse(text, CultureInfo.InvariantCulture));

    private void Write(TemplateValue value)
    {
        switch (value)
        {
            case StringValue text:
                WriteString(text);
                break;
            case ListValue list:
                WriteItems(list.Items);
                break;
            case TupleValue tuple:
                WriteItems(tuple.Items);
                break;
            case DictValue dict:
                WriteEntries(dict);
                break;
            case IteratorValue iterator:
                // Python refuses; llama.cpp, where map gives a list, has a template that needs it.
                WriteItems(iterator.Take());
                break;
            default:
                _output.Append(WriteScalar(value) ?? throw new TemplateFaultException($"Object of type {value.TypeName} is not JSON serializable"));
                break;
        }
    }

    private static string? WriteScalar(TemplateValue value) => value switch
    {
        NoneValue => "null",
        BooleanValue => value.IsTrue ? "true" : "false",
        IntegerValue integer => integer.Number.ToString(CultureInfo.InvariantCulture),
        FloatValue { Number: double.NaN } => "NaN",
        FloatValue { Number: var number } when double.IsInfinity(number) => number > 0 ? "Infinity" : "-Infinity",
        FloatValue real => PythonNumber.Repr(real.Number),
        _ => null,
    };

    private void WriteItems(IReadOnlyList<TemplateValue> items)
    {
        if (items.Count == 0)
        {
            _output.Append("[]");
            return;
        }

        Open('[');
        for (int i = 0; i < items.Count; i++)
        {
            Separate(i);
            Write(items[i]);
        }

        Close(']');
    }

    private void WriteEntries(DictValue dict)
    {
        if (dict.Count == 0)
        {
            _output.Append("{}");
            return;
        }

        Open('{');
        IReadOnlyList<KeyValuePair<TemplateValue, TemplateValue>> entries = dict.Entries;
        if (_sortKeys)
        {
            entries = Sorting.Sort(_budget, entries, (left, right) => _operators.Order("<", left.Key, right.Key));
        }

        for (int i = 0; i < entries.Count; i++)
        {
            Separate(i);
            WriteString(entries[i].Key as StringValue ?? new StringValue(WriteScalar(entries[i].Key)
                ?? throw new TemplateFaultException($"keys must be str, int, float, bool or None, not {entries[i].Key.TypeName}")));
            _output.Append(_keySeparator);
            Write(entries[i].Value);
        }

        Close('}');
    }

    private void Open(char bracket)
    {
        _budget.Enter();
        _output.Append(bracket);
        _level++;
        BreakLine();
    }

    private void Close(char bracket)
    {
        _level--;
        BreakLine();
        _output.Append(bracket);
        _budget.Leave();
    }

    private void Separate(int index)
    {
        _budget.Take();
        if (index > 0)
        {
            _output.Append(_itemSeparator);
            BreakLine();
        }
    }

    private void BreakLine()
    {
        if (_indent is null)
        {
            return;
        }

        _output.Append('\n');
        for (int i = 0; i < _level; i++)
        {
            _output.Append(_indent);
        }
    }

    private void WriteString(StringValue text)
    {
        _output.Append('"');
        string content = text.Text;
        int start = 0;
        for (int i = 0; i < content.Length; i++)
        {
            char character = content[i];
            if (character is >= ' ' and not ('"' or '\\') && !(_ensureAscii && character >= '\u007f'))
            {
                continue;
            }

            _output.Append(text, start, i).Append(Escape(character), text.Input.Contains(i));
            start = i + 1;
        }

        _output.Append(text, start, content.Length).Append('"');
    }

    private static string Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        _ => "\\u" + ((int)character).ToString("x4", CultureInfo.InvariantCulture),
    };
}
