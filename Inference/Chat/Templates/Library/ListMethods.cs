using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>
/// The methods of Python's <c>list</c>. Those that change it work on lists that the template made (some real templates keep a
/// queue this way, which jinja2's immutable sandbox refuses and llama.cpp accepts); on those of the request they are unsafe.
/// </summary>
internal static class ListMethods
{
    /// <summary>A method bound to a list; null when there is none of the name.</summary>
    public static TemplateValue? Find(ListValue list, string name)
    {
        if (name is "append" or "pop" or "insert" or "extend" or "remove" or "reverse" or "clear" or "sort")
        {
            return list.IsInput || name == "sort" ? Unsafe(name, list) : new FunctionValue(name, (run, arguments) => Change(run, list, name, arguments));
        }

        return name == "copy"
            ? new FunctionValue(name, (run, arguments) => Copy(run, list, arguments))
            : FindReading(list.Items, name);
    }

    /// <summary>A method that lists and tuples have; null when there is none of the name.</summary>
    public static FunctionValue? FindReading(IReadOnlyList<TemplateValue> items, string name) => name switch
    {
        "count" => new FunctionValue(name, (run, arguments) => new IntegerValue(Count(run, items, arguments))),
        "index" => new FunctionValue(name, (run, arguments) => new IntegerValue(Index(run, items, arguments))),
        _ => null,
    };

    /// <summary>What a method that must not be called is: undefined, with a message of its own.</summary>
    public static UndefinedValue Unsafe(string name, TemplateValue target) =>
        new($"access to attribute '{name}' of '{target.TypeName}' object is unsafe.");

    private static ListValue Copy(TemplateRun run, ListValue list, CallArguments arguments)
    {
        arguments.Bind("copy", 0);
        run.Budget.TakeElements(list.Items.Count);
        return new ListValue([.. list.Items]);
    }

    private static int Count(TemplateRun run, IReadOnlyList<TemplateValue> items, CallArguments arguments)
    {
        TemplateValue sought = arguments.Bind("count", 1, "value")[0]!;
        run.Budget.TakeElements(items.Count);
        return items.Count(item => run.Operators.AreEqual(item, sought));
    }

    private static int Index(TemplateRun run, IReadOnlyList<TemplateValue> items, CallArguments arguments)
    {
        TemplateValue sought = arguments.Bind("index", 1, "value")[0]!;
        run.Budget.TakeElements(items.Count);
        for (int i = 0; i < items.Count; i++)
        {
            if (run.Operators.AreEqual(items[i], sought))
            {
                return i;
            }
        }

        throw new TemplateFaultException($"{PythonText.ToRepr(run.Budget, sought).Text} is not in list");
    }

    private static TemplateValue Change(TemplateRun run, ListValue list, string name, CallArguments arguments)
    {
        List<TemplateValue> items = list.Items;
        switch (name)
        {
            case "append":
                items.Add(arguments.Bind(name, 1, "object")[0]!);
                break;

            case "extend":
                IReadOnlyList<TemplateValue> more = run.Iterate(arguments.Bind(name, 1, "iterable")[0]!);
                run.Budget.TakeElements(more.Count * (long)TemplateLimits.ElementsPerStep / 4);
                items.AddRange([.. more]);
                break;

            case "insert":
                TemplateValue?[] values = arguments.Bind(name, 2, "index", "object");
                Int128 at = StringMethods.Integer(values[0]!, name);
                run.Budget.TakeElements(items.Count);
                items.Insert((int)Int128.Clamp(at < 0 ? at + items.Count : at, 0, items.Count), values[1]!);
                break;

            case "pop":
                return Pop(run, items, arguments);

            case "remove":
                items.RemoveAt(Index(run, items, arguments));
                break;

            case "reverse":
                arguments.Bind(name, 0);
                run.Budget.TakeElements(items.Count);
                items.Reverse();
                break;

            default:
                arguments.Bind(name, 0);
                items.Clear();
                break;
        }

        return NoneValue.Instance;
    }

    private static TemplateValue Pop(TemplateRun run, List<TemplateValue> items, CallArguments arguments)
    {
        TemplateValue? index = arguments.Bind("pop", 0, "index")[0];
        Int128 wanted = index is null ? -1 : StringMethods.Integer(index, "pop");
        Int128 at = wanted < 0 ? wanted + items.Count : wanted;
        if (at < 0 || at >= items.Count)
        {
            throw new TemplateFaultException(items.Count == 0 ? "pop from empty list" : "pop index out of range");
        }

        run.Budget.TakeElements(items.Count);
        TemplateValue item = items[(int)at];
        items.RemoveAt((int)at);
        return item;
    }
}
