using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Filters on texts. As in jinja2 most of them take any value and print it first.</summary>
internal static class TextFilters
{
    /// <summary>A filter; null when there is none of the name here.</summary>
    public static TemplateFilter? Find(string name) => name switch
    {
        "trim" => (run, value, arguments) => Trim(run, value, arguments),
        "lower" => (run, value, arguments) => PythonCase.ToLower(run.Budget, run.ToText(FilterTable.Alone(value, arguments, name))),
        "upper" => (run, value, arguments) => PythonCase.ToUpper(run.Budget, run.ToText(FilterTable.Alone(value, arguments, name))),
        "capitalize" => (run, value, arguments) => PythonCase.Capitalize(run.Budget, run.ToText(FilterTable.Alone(value, arguments, name))),
        "title" => (run, value, arguments) => Title(run, run.ToText(FilterTable.Alone(value, arguments, name))),
        "replace" => Replace,
        "join" => Join,
        "indent" => Indent,
        "truncate" => Truncate,
        "center" => (run, value, arguments) => Texts.Pad(
            run.Budget, run.ToText(value), StringMethods.Integer(arguments.Bind(name, 0, "width")[0] ?? new IntegerValue(80), name), new StringValue(" "), TextAlignment.Center),
        "wordcount" => (run, value, arguments) => new IntegerValue(CountWords(run.ToText(FilterTable.Alone(value, arguments, name)).Text)),
        "format" => Format,
        "urlencode" => (run, value, arguments) => UrlEncode(run, run.ToText(FilterTable.Alone(value, arguments, name))),
        _ => null,
    };

    private static StringValue Trim(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue? characters = arguments.Bind("trim", 0, "chars")[0];
        return Texts.Strip(run.ToText(value), characters is null or NoneValue ? null : StringMethods.Text(characters, "trim"), left: true, right: true);
    }

    /// <summary>Each word with a capital, the rest small; a word begins after white space or <c>-([{&lt;</c>. Source: jinja2, do_title.</summary>
    private static StringValue Title(TemplateRun run, StringValue text)
    {
        var builder = new TextBuilder(run.Budget);
        int start = 0;
        for (int i = 0; i <= text.Text.Length; i++)
        {
            bool isBreak = i < text.Text.Length && IsWordBreak(text.Text[i]);
            bool changes = i > start && (i == text.Text.Length || isBreak != IsWordBreak(text.Text[start]));
            if (changes)
            {
                builder.Append(PythonCase.ToTitleWord(run.Budget, text.Slice(start, i)));
                start = i;
            }
        }

        return builder.ToValue();
    }

    private static bool IsWordBreak(char character) => PythonCharacters.IsSpace(character) || "-([{<".Contains(character, StringComparison.Ordinal);

    private static StringValue Replace(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("replace", 2, "old", "new", "count");
        Int128 count = values[2] is null or NoneValue ? -1 : StringMethods.Integer(values[2]!, "replace");
        int limit = count < 0 ? int.MaxValue : (int)Int128.Min(count, int.MaxValue);
        return Texts.Replace(run.Budget, run.ToText(value), run.ToText(values[0]!), run.ToText(values[1]!), limit);
    }

    private static StringValue Join(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("join", 0, "d", "attribute");
        StringValue separator = values[0] is null ? StringValue.Empty : run.ToText(values[0]!);
        AttributePath path = AttributePath.From(run, values[1]);
        var builder = new TextBuilder(run.Budget);
        IReadOnlyList<TemplateValue> items = run.Iterate(value);
        for (int i = 0; i < items.Count; i++)
        {
            run.Budget.Take();
            builder.Append(i > 0 ? separator : StringValue.Empty).Append(run.ToText(path.Get(items[i])));
        }

        return builder.ToValue();
    }

    private static StringValue Indent(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("indent", 0, "width", "first", "blank");
        if (value is not StringValue text)
        {
            throw new TemplateFaultException($"indent() wants a str, not {value.TypeName}");
        }

        StringValue indent = values[0] as StringValue
            ?? (StringValue)run.Operators.Calculate("*", new StringValue(" "), values[0] ?? new IntegerValue(4));
        bool first = values[1]?.IsTrue == true, blank = values[2]?.IsTrue == true;
        List<TemplateValue> lines = Texts.SplitLines(run.Budget, new TextBuilder(run.Budget).Append(text).Append('\n').ToValue());
        var builder = new TextBuilder(run.Budget);
        for (int i = 0; i < lines.Count; i++)
        {
            var line = (StringValue)lines[i];
            if (i > 0)
            {
                builder.Append('\n');
            }

            if (i == 0 ? first : blank || line.Text.Length > 0)
            {
                builder.Append(indent);
            }

            builder.Append(line);
        }

        return builder.ToValue();
    }

    private static StringValue Truncate(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("truncate", 0, "length", "killwords", "end", "leeway");
        StringValue text = StringMethods.Text(value, "truncate"), end = values[2] is null ? new StringValue("...") : StringMethods.Text(values[2]!, "truncate");
        Int128 length = values[0] is null ? 255 : StringMethods.Integer(values[0]!, "truncate");
        Int128 leeway = values[3] is null or NoneValue ? 5 : StringMethods.Integer(values[3]!, "truncate");
        if (length < end.Length || leeway < 0)
        {
            throw new TemplateFaultException(leeway < 0 ? $"expected leeway >= 0, got {leeway}" : $"expected length >= {end.Length}, got {length}");
        }

        if (text.Length <= length + leeway)
        {
            return text;
        }

        StringValue kept = text.Slice(0, text.OffsetOf((int)length - end.Length));
        if (values[1]?.IsTrue != true)
        {
            int space = kept.Text.LastIndexOf(' ');
            kept = space < 0 ? kept : kept.Slice(0, space);
        }

        return new TextBuilder(run.Budget).Append(kept).Append(end).ToValue();
    }

    private static int CountWords(string text)
    {
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            count += PythonCharacters.IsNamePart(text[i]) && (i == 0 || !PythonCharacters.IsNamePart(text[i - 1])) ? 1 : 0;
        }

        return count;
    }

    private static StringValue Format(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        if (arguments.Named.Count == 0)
        {
            return PercentFormat.Format(run.Budget, run.ToText(value), new TupleValue(arguments.Positional));
        }

        if (arguments.Positional.Count > 0)
        {
            throw new TemplateFaultException("can't handle positional and keyword arguments at the same time");
        }

        var dict = new DictValue();
        foreach ((string name, TemplateValue argument) in arguments.Named)
        {
            dict.Set(name, argument);
        }

        return PercentFormat.Format(run.Budget, run.ToText(value), dict);
    }

    private static StringValue UrlEncode(TemplateRun run, StringValue text)
    {
        var builder = new TextBuilder(run.Budget);
        for (int i = 0; i < text.Text.Length;)
        {
            int size = char.IsSurrogatePair(text.Text, i) ? 2 : 1;
            char character = text.Text[i];
            bool plain = char.IsAsciiLetterOrDigit(character) || "-._~/".Contains(character, StringComparison.Ordinal);
            builder.Append(plain ? character.ToString() : Uri.EscapeDataString(text.Text.AsSpan(i, size)), text.Input.Contains(i));
            i += size;
        }

        return builder.ToValue();
    }
}
