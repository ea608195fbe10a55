using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>The methods of Python's <c>str</c>.</summary>
internal static class StringMethods
{
    private delegate TemplateValue Method(TemplateRun run, StringValue text, CallArguments arguments);

    /// <summary>A method bound to a text; null when there is none of the name.</summary>
    public static FunctionValue? Find(StringValue text, string name)
    {
        Method? method = FindMethod(name);
        return method is null ? null : new FunctionValue(name, (run, arguments) => method(run, text, arguments));
    }

    private static Method? FindMethod(string name) => name switch
    {
        "strip" => (_, text, arguments) => Texts.Strip(text, OptionalText(arguments.Bind(name, 0, "chars")[0], name), left: true, right: true),
        "lstrip" => (_, text, arguments) => Texts.Strip(text, OptionalText(arguments.Bind(name, 0, "chars")[0], name), left: true, right: false),
        "rstrip" => (_, text, arguments) => Texts.Strip(text, OptionalText(arguments.Bind(name, 0, "chars")[0], name), left: false, right: true),
        "split" => (run, text, arguments) => Split(run, text, arguments, name, fromRight: false),
        "rsplit" => (run, text, arguments) => Split(run, text, arguments, name, fromRight: true),
        "splitlines" => (run, text, arguments) => new ListValue(Texts.SplitLines(run.Budget, text, arguments.Bind(name, 0, "keepends")[0]?.IsTrue == true)),
        "partition" => (_, text, arguments) => Partition(text, Text(arguments.Bind(name, 1, "sep")[0]!, name), fromRight: false),
        "rpartition" => (_, text, arguments) => Partition(text, Text(arguments.Bind(name, 1, "sep")[0]!, name), fromRight: true),
        "upper" => (run, text, arguments) => PythonCase.ToUpper(run.Budget, NoArguments(text, arguments, name)),
        "lower" or "casefold" => (run, text, arguments) => PythonCase.ToLower(run.Budget, NoArguments(text, arguments, name)),
        "title" => (run, text, arguments) => PythonCase.ToTitle(run.Budget, NoArguments(text, arguments, name)),
        "capitalize" => (run, text, arguments) => PythonCase.Capitalize(run.Budget, NoArguments(text, arguments, name)),
        "swapcase" => (run, text, arguments) => PythonCase.SwapCase(run.Budget, NoArguments(text, arguments, name)),
        "startswith" => (_, text, arguments) => BooleanValue.From(HasEnd(text, arguments, name, atStart: true)),
        "endswith" => (_, text, arguments) => BooleanValue.From(HasEnd(text, arguments, name, atStart: false)),
        "removeprefix" => (_, text, arguments) => Remove(text, Text(arguments.Bind(name, 1, "prefix")[0]!, name), atStart: true),
        "removesuffix" => (_, text, arguments) => Remove(text, Text(arguments.Bind(name, 1, "suffix")[0]!, name), atStart: false),
        "replace" => (run, text, arguments) => Replace(run, text, arguments, name),
        "join" => (run, text, arguments) => Join(run, text, arguments, name),
        "format" => (run, text, arguments) => BraceFormat.Format(run, text, arguments),
        "count" => (_, text, arguments) => new IntegerValue(Texts.Count(text.Text, Text(arguments.Bind(name, 1, "sub")[0]!, name).Text)),
        "find" => (_, text, arguments) => new IntegerValue(FindText(text, arguments, name, last: false)),
        "rfind" => (_, text, arguments) => new IntegerValue(FindText(text, arguments, name, last: true)),
        "index" => (_, text, arguments) => IndexText(text, arguments, name, last: false),
        "rindex" => (_, text, arguments) => IndexText(text, arguments, name, last: true),
        "center" => (run, text, arguments) => Pad(run, text, arguments, name, TextAlignment.Center),
        "ljust" => (run, text, arguments) => Pad(run, text, arguments, name, TextAlignment.Left),
        "rjust" => (run, text, arguments) => Pad(run, text, arguments, name, TextAlignment.Right),
        "zfill" => (run, text, arguments) => FillZeros(run, text, Integer(arguments.Bind(name, 1, "width")[0]!, name)),
        _ => FindQuestion(name),
    };

    private static Method? FindQuestion(string name)
    {
        Func<string, bool>? question = name switch
        {
            "isupper" => text => PythonCase.IsCase(text, upper: true),
            "islower" => text => PythonCase.IsCase(text, upper: false),
            "istitle" => PythonCase.IsTitle,
            "isspace" => text => text.Length > 0 && text.All(PythonCharacters.IsSpace),
            "isdigit" or "isnumeric" or "isdecimal" => text => text.Length > 0 && text.All(char.IsDigit),
            "isalpha" => text => text.Length > 0 && text.All(char.IsLetter),
            "isalnum" => text => text.Length > 0 && text.All(char.IsLetterOrDigit),
            "isidentifier" => text => text.Length > 0 && !char.IsDigit(text[0]) && text.All(PythonCharacters.IsNamePart),
            "isascii" => text => text.All(char.IsAscii),
            _ => null,
        };
        return question is null ? null : (_, text, arguments) => BooleanValue.From(question(NoArguments(text, arguments, name).Text));
    }

    /// <summary>An argument as a text; a fault when it is none.</summary>
    public static StringValue Text(TemplateValue value, string function) =>
        value as StringValue ?? throw new TemplateFaultException($"{function}() wants a str, not {value.TypeName}");

    /// <summary>An argument as an integer; a fault when it is none.</summary>
    public static Int128 Integer(TemplateValue value, string function) =>
        Operators.TryGetInteger(value, out Int128 number) ? number : throw new TemplateFaultException($"{function}() wants an int, not {value.TypeName}");

    private static StringValue? OptionalText(TemplateValue? value, string function) => value is null or NoneValue ? null : Text(value, function);

    private static StringValue NoArguments(StringValue text, CallArguments arguments, string function)
    {
        arguments.Bind(function, 0);
        return text;
    }

    private static ListValue Split(TemplateRun run, StringValue text, CallArguments arguments, string function, bool fromRight)
    {
        TemplateValue?[] values = arguments.Bind(function, 0, "sep", "maxsplit");
        StringValue? separator = OptionalText(values[0], function);
        int limit = values[1] is { } max ? (int)Int128.Clamp(Integer(max, function), -1, int.MaxValue) : -1;
        return new ListValue(Texts.Split(run.Budget, text, separator?.Text, limit < 0 ? int.MaxValue : limit, fromRight));
    }

    private static TupleValue Partition(StringValue text, StringValue separator, bool fromRight)
    {
        Texts.CheckSeparator(separator.Text);
        int at = fromRight
            ? text.Text.LastIndexOf(separator.Text, StringComparison.Ordinal)
            : text.Text.IndexOf(separator.Text, StringComparison.Ordinal);
        if (at < 0)
        {
            return fromRight ? new TupleValue([StringValue.Empty, StringValue.Empty, text]) : new TupleValue([text, StringValue.Empty, StringValue.Empty]);
        }

        int end = at + separator.Text.Length;
        return new TupleValue([text.Slice(0, at), text.Slice(at, end), text.Slice(end, text.Text.Length)]);
    }

    private static bool HasEnd(StringValue text, CallArguments arguments, string function, bool atStart)
    {
        TemplateValue?[] values = arguments.Bind(function, 1, "prefix", "start", "end");
        string part = Part(text, values[1], values[2], function)?.Text ?? "";
        IReadOnlyList<TemplateValue> ends = values[0] is TupleValue tuple ? tuple.Items : [values[0]!];
        return ends.Any(end => atStart
            ? part.StartsWith(Text(end, function).Text, StringComparison.Ordinal)
            : part.EndsWith(Text(end, function).Text, StringComparison.Ordinal));
    }

    private static StringValue? Part(StringValue text, TemplateValue? start, TemplateValue? end, string function)
    {
        if (start is null or NoneValue && end is null or NoneValue)
        {
            return text;
        }

        Int128 from = start is null or NoneValue ? 0 : Integer(start, function), to = end is null or NoneValue ? text.Length : Integer(end, function);
        int first = (int)Int128.Clamp(from < 0 ? from + text.Length : from, 0, text.Length);
        int last = (int)Int128.Clamp(to < 0 ? to + text.Length : to, 0, text.Length);
        return first <= last ? text.Slice(text.OffsetOf(first), text.OffsetOf(last)) : null;
    }

    private static StringValue Remove(StringValue text, StringValue part, bool atStart)
    {
        bool has = part.Text.Length > 0 && (atStart ? text.Text.StartsWith(part.Text, StringComparison.Ordinal) : text.Text.EndsWith(part.Text, StringComparison.Ordinal));
        return !has ? text : atStart ? text.Slice(part.Text.Length, text.Text.Length) : text.Slice(0, text.Text.Length - part.Text.Length);
    }

    private static StringValue Replace(TemplateRun run, StringValue text, CallArguments arguments, string function)
    {
        TemplateValue?[] values = arguments.Bind(function, 2, "old", "new", "count");
        Int128 count = values[2] is { } limit ? Integer(limit, function) : -1;
        return Texts.Replace(run.Budget, text, Text(values[0]!, function), Text(values[1]!, function), count < 0 ? int.MaxValue : (int)Int128.Min(count, int.MaxValue));
    }

    private static StringValue Join(TemplateRun run, StringValue separator, CallArguments arguments, string function)
    {
        IReadOnlyList<TemplateValue> items = run.Iterate(arguments.Bind(function, 1, "iterable")[0]!);
        var builder = new TextBuilder(run.Budget);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                builder.Append(separator);
            }

            builder.Append(items[i] as StringValue ?? throw new TemplateFaultException($"sequence item {i}: expected str instance, {items[i].TypeName} found"));
        }

        return builder.ToValue();
    }

    private static int FindText(StringValue text, CallArguments arguments, string function, bool last)
    {
        TemplateValue?[] values = arguments.Bind(function, 1, "sub", "start", "end");
        string sought = Text(values[0]!, function).Text;
        if (Part(text, values[1], values[2], function) is not { } part)
        {
            return -1;
        }

        // The part's place in the text: it is a slice, so its start follows from the start argument.
        int start = values[1] is null or NoneValue ? 0 : (int)Int128.Clamp(Integer(values[1]!, function) is var from && from < 0 ? from + text.Length : from, 0, text.Length);
        int at = last ? part.Text.LastIndexOf(sought, StringComparison.Ordinal) : part.Text.IndexOf(sought, StringComparison.Ordinal);
        return at < 0 ? -1 : start + part.IndexOf(at);
    }

    private static IntegerValue IndexText(StringValue text, CallArguments arguments, string function, bool last)
    {
        int index = FindText(text, arguments, function, last);
        return index >= 0 ? new IntegerValue(index) : throw new TemplateFaultException("substring not found");
    }

    private static StringValue Pad(TemplateRun run, StringValue text, CallArguments arguments, string function, TextAlignment alignment)
    {
        TemplateValue?[] values = arguments.Bind(function, 1, "width", "fillchar");
        StringValue fill = values[1] is null ? new StringValue(" ") : Text(values[1]!, function);
        if (fill.Length != 1)
        {
            throw new TemplateFaultException("The fill character must be exactly one character long");
        }

        return Texts.Pad(run.Budget, text, Integer(values[0]!, function), fill, alignment);
    }

    private static StringValue FillZeros(TemplateRun run, StringValue text, Int128 width)
    {
        int sign = text.Text.StartsWith('-') || text.Text.StartsWith('+') ? 1 : 0;
        StringValue digits = Texts.Pad(run.Budget, text.Slice(sign, text.Text.Length), width - sign, new StringValue("0"), TextAlignment.Right);
        return new TextBuilder(run.Budget).Append(text, 0, sign).Append(digits).ToValue();
    }
}
