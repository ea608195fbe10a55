using System.Globalization;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Values as Python's <c>str()</c> and <c>repr()</c> print them.</summary>
internal static class PythonText
{
    /// <summary><c>str()</c>; a text stays itself.</summary>
    public static StringValue ToText(TemplateBudget budget, TemplateValue value)
    {
        switch (value)
        {
            case StringValue text:
                return text;
            case UndefinedValue:
                return StringValue.Empty;
            case IntegerValue integer:
                return new StringValue(integer.Number.ToString(CultureInfo.InvariantCulture));
            default:
                var builder = new TextBuilder(budget);
                AppendRepr(budget, builder, value);
                return builder.ToValue();
        }
    }

    /// <summary><c>repr()</c>.</summary>
    public static StringValue ToRepr(TemplateBudget budget, TemplateValue value)
    {
        var builder = new TextBuilder(budget);
        AppendRepr(budget, builder, value);
        return builder.ToValue();
    }

    private static void AppendRepr(TemplateBudget budget, TextBuilder builder, TemplateValue value)
    {
        switch (value)
        {
            case StringValue text:
                AppendQuoted(builder, text);
                break;
            case ListValue list:
                AppendItems(budget, builder, list.Items, "[", "]");
                break;
            case TupleValue tuple:
                AppendItems(budget, builder, tuple.Items, "(", tuple.Items.Count == 1 ? ",)" : ")");
                break;
            case DictValue dict:
                AppendEntries(budget, builder, dict, "{", "}");
                break;
            case NamespaceValue space:
                AppendNamespace(budget, builder, space);
                break;
            case DictViewValue view:
                builder.Append(view.TypeName).Append("(");
                AppendItems(budget, builder, view.ToList(), "[", "]");
                builder.Append(")");
                break;
            default:
                builder.Append(ReprOf(value));
                break;
        }
    }

    private static string ReprOf(TemplateValue value) => value switch
    {
        NoneValue => "None",
        BooleanValue => value.IsTrue ? "True" : "False",
        IntegerValue integer => integer.Number.ToString(CultureInfo.InvariantCulture),
        FloatValue real => PythonNumber.Repr(real.Number),
        UndefinedValue => "Undefined",
        RangeValue range => range.Step == 1
            ? string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop})")
            : string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}, {range.Step})"),
        LoopValue loop => string.Create(CultureInfo.InvariantCulture, $"<LoopContext {loop.Index + 1}/{loop.Length}>"),
        MacroValue macro => $"<Macro {(macro.Definition.Name is { } name ? $"'{name}'" : "anonymous")}>",
        _ => $"<{value.TypeName} object>",
    };

    private static void AppendItems(TemplateBudget budget, TextBuilder builder, IReadOnlyList<TemplateValue> items, string open, string close)
    {
        budget.Enter();
        builder.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                builder.Append(", ");
            }

            AppendRepr(budget, builder, items[i]);
        }

        builder.Append(close);
        budget.Leave();
    }

    private static void AppendEntries(TemplateBudget budget, TextBuilder builder, DictValue dict, string open, string close)
    {
        budget.Enter();
        builder.Append(open);
        for (int i = 0; i < dict.Count; i++)
        {
            if (i > 0)
            {
                builder.Append(", ");
            }

            AppendRepr(budget, builder, dict.Entries[i].Key);
            builder.Append(": ");
            AppendRepr(budget, builder, dict.Entries[i].Value);
        }

        builder.Append(close);
        budget.Leave();
    }

    private static void AppendNamespace(TemplateBudget budget, TextBuilder builder, NamespaceValue space)
    {
        var dict = new DictValue();
        foreach ((string name, TemplateValue member) in space.Members)
        {
            dict.Set(name, member);
        }

        AppendEntries(budget, builder, dict, "<Namespace {", "}>");
    }

    /// <summary>A text in quotes: single ones, unless it has those and no double ones.</summary>
    private static void AppendQuoted(TextBuilder builder, StringValue text)
    {
        string content = text.Text;
        char quote = content.Contains('\'', StringComparison.Ordinal) && !content.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        if (text.IsSafe)
        {
            builder.Append("Markup(");
        }

        builder.Append(quote);
        int start = 0;
        for (int i = 0; i < content.Length;)
        {
            int size = char.IsSurrogatePair(content, i) ? 2 : 1;
            if (Escape(content, i, quote) is { } escape)
            {
                builder.Append(text, start, i).Append(escape, text.Input.Contains(i));
                start = i + size;
            }

            i += size;
        }

        builder.Append(text, start, content.Length).Append(quote);
        if (text.IsSafe)
        {
            builder.Append(")");
        }
    }

    private static string? Escape(string text, int index, char quote)
    {
        char character = text[index];
        if (character == quote || character == '\\')
        {
            return "\\" + character;
        }

        if (character is >= ' ' and < '\u007f')
        {
            return null;
        }

        if (character is '\n' or '\r' or '\t')
        {
            return character == '\n' ? "\\n" : character == '\r' ? "\\r" : "\\t";
        }

        int codePoint = char.IsSurrogatePair(text, index) ? char.ConvertToUtf32(text, index) : character;
        bool printable = CharUnicodeInfo.GetUnicodeCategory(codePoint) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
        return printable
            ? null
            : codePoint < 0x100
                ? "\\x" + codePoint.ToString("x2", CultureInfo.InvariantCulture)
                : codePoint < 0x10000
                    ? "\\u" + codePoint.ToString("x4", CultureInfo.InvariantCulture)
                    : "\\U" + codePoint.ToString("x8", CultureInfo.InvariantCulture);
    }
}
