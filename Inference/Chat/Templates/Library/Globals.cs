using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>The functions that every template has.</summary>
internal static class Globals
{
    /// <summary>A function by name; null when there is none.</summary>
    public static CallableValue? Find(string name) => name switch
    {
        "namespace" => new FunctionValue(name, CreateNamespace),
        "range" => new FunctionValue(name, (_, arguments) => CreateRange(arguments)),
        "dict" => new FunctionValue(name, CreateDict),
        "cycler" => new FunctionValue(name, (_, arguments) => CreateCycler(arguments)),
        "joiner" => new FunctionValue(name, (_, arguments) => CreateJoiner(arguments)),
        "raise_exception" => new FunctionValue(name, Raise),
        "strftime_now" => new FunctionValue(name, (run, arguments) =>
            PythonTime.Format(run.Budget, run.Now, StringMethods.Text(arguments.Bind(name, 1, "format")[0]!, name))),
        _ => null,
    };

    /// <summary>Puts the entries of a dictionary, of pairs, and of named arguments into a dictionary.</summary>
    public static void Fill(TemplateRun run, DictValue dict, CallArguments arguments)
    {
        TemplateValue? source = (arguments with { Named = [] }).Bind("dict", 0, "mapping")[0];
        if (source is DictValue other)
        {
            run.Budget.TakeElements(other.Count);
            foreach ((TemplateValue key, TemplateValue value) in other.Entries.ToArray())
            {
                dict.Set(key, value);
            }
        }
        else if (source is not null)
        {
            foreach (TemplateValue pair in run.Iterate(source))
            {
                IReadOnlyList<TemplateValue> parts = run.Iterate(pair);
                run.Budget.Take();
                if (parts.Count != 2)
                {
                    throw new TemplateFaultException($"dictionary update sequence element has length {parts.Count}; 2 is required");
                }

                dict.Set(parts[0], parts[1]);
            }
        }

        foreach ((string name, TemplateValue value) in arguments.Named)
        {
            dict.Set(name, value);
        }
    }

    private static NamespaceValue CreateNamespace(TemplateRun run, CallArguments arguments)
    {
        var dict = new DictValue();
        Fill(run, dict, arguments);
        var space = new NamespaceValue();
        foreach ((TemplateValue key, TemplateValue value) in dict.Entries)
        {
            space.Members[StringMethods.Text(key, "namespace").Text] = value;
        }

        return space;
    }

    private static DictValue CreateDict(TemplateRun run, CallArguments arguments)
    {
        var dict = new DictValue();
        Fill(run, dict, arguments);
        return dict;
    }

    private static RangeValue CreateRange(CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("range", 1, "start", "stop", "step");
        long start = values[1] is null ? 0 : Bound(values[0]!), stop = Bound(values[1] ?? values[0]!), step = values[2] is null ? 1 : Bound(values[2]!);
        if (step == 0)
        {
            throw new TemplateFaultException("range() arg 3 must not be zero");
        }

        var range = new RangeValue(start, stop, step);
        return range.Count <= TemplateLimits.RangeLength
            ? range
            : throw new TemplateFaultException($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({TemplateLimits.RangeLength}).");
    }

    private static long Bound(TemplateValue value)
    {
        Int128 number = StringMethods.Integer(value, "range");
        return number >= long.MinValue && number <= long.MaxValue ? (long)number : throw new TemplateFaultException("a range is too big");
    }

    private static CyclerValue CreateCycler(CallArguments arguments) =>
        arguments.Positional.Count > 0 && arguments.Named.Count == 0
            ? new CyclerValue(arguments.Positional)
            : throw new TemplateFaultException("at least one item has to be provided");

    private static FunctionValue CreateJoiner(CallArguments arguments)
    {
        TemplateValue separator = arguments.Bind("joiner", 0, "sep")[0] ?? new StringValue(", ");
        bool used = false;
        return new FunctionValue("joiner", (_, _) =>
        {
            TemplateValue result = used ? separator : StringValue.Empty;
            used = true;
            return result;
        });
    }

    private static TemplateValue Raise(TemplateRun run, CallArguments arguments) =>
        throw new TemplateFaultException(run.ToText(arguments.Bind("raise_exception", 1, "message")[0]!).Text, raised: true);
}
