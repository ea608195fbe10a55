using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>
/// The methods of Python's <c>dict</c>. Those that change it work on dictionaries that the template made; on those of the request
/// they are unsafe, as in jinja2's immutable sandbox.
/// </summary>
internal static class DictMethods
{
    /// <summary>A method bound to a dictionary; null when there is none of the name.</summary>
    public static TemplateValue? Find(DictValue dict, string name)
    {
        Func<TemplateRun, CallArguments, TemplateValue>? method = name switch
        {
            "get" => (_, arguments) => Get(dict, arguments),
            "items" => (_, arguments) => View(arguments, name, new DictViewValue("dict_items", dict, entry => new TupleValue([entry.Key, entry.Value]))),
            "keys" => (_, arguments) => View(arguments, name, new DictViewValue("dict_keys", dict, entry => entry.Key)),
            "values" => (_, arguments) => View(arguments, name, new DictViewValue("dict_values", dict, entry => entry.Value)),
            "copy" => (run, arguments) => Copy(run, dict, arguments),
            "pop" or "popitem" or "setdefault" or "update" or "clear" => dict.IsInput ? null : (run, arguments) => Change(run, dict, name, arguments),
            _ => null,
        };
        if (method is not null)
        {
            return new FunctionValue(name, method);
        }

        return name is "pop" or "popitem" or "setdefault" or "update" or "clear" ? ListMethods.Unsafe(name, dict) : null;
    }

    private static TemplateValue Get(DictValue dict, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("get", 1, "key", "default");
        return dict.Find(values[0]!) ?? values[1] ?? NoneValue.Instance;
    }

    private static DictViewValue View(CallArguments arguments, string name, DictViewValue view)
    {
        arguments.Bind(name, 0);
        return view;
    }

    private static DictValue Copy(TemplateRun run, DictValue dict, CallArguments arguments)
    {
        arguments.Bind("copy", 0);
        run.Budget.TakeElements(dict.Count);
        return dict.Copy();
    }

    private static TemplateValue Change(TemplateRun run, DictValue dict, string name, CallArguments arguments)
    {
        run.Budget.TakeElements(dict.Count);
        switch (name)
        {
            case "pop":
                TemplateValue?[] values = arguments.Bind(name, 1, "key", "default");
                return dict.Remove(values[0]!) ?? values[1] ?? throw new TemplateFaultException($"pop(): no key {PythonText.ToRepr(run.Budget, values[0]!).Text}");

            case "popitem":
                arguments.Bind(name, 0);
                if (dict.Count == 0)
                {
                    throw new TemplateFaultException("popitem(): dictionary is empty");
                }

                KeyValuePair<TemplateValue, TemplateValue> last = dict.Entries[^1];
                dict.Remove(last.Key);
                return new TupleValue([last.Key, last.Value]);

            case "setdefault":
                values = arguments.Bind(name, 1, "key", "default");
                TemplateValue value = dict.Find(values[0]!) ?? values[1] ?? NoneValue.Instance;
                dict.Set(values[0]!, value);
                return value;

            case "clear":
                arguments.Bind(name, 0);
                dict.Clear();
                return NoneValue.Instance;

            default:
                Globals.Fill(run, dict, arguments);
                return NoneValue.Instance;
        }
    }
}
