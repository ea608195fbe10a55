using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Filters that apply a filter or a test to each element: <c>map</c>, <c>select</c>, <c>reject</c> and their kin.</summary>
internal static class SelectionFilters
{
    /// <summary>A filter; null when there is none of the name here.</summary>
    public static TemplateFilter? Find(string name) => name switch
    {
        "map" => Map,
        "select" => (run, value, arguments) => Select(run, value, arguments, byAttribute: false, wanted: true),
        "reject" => (run, value, arguments) => Select(run, value, arguments, byAttribute: false, wanted: false),
        "selectattr" => (run, value, arguments) => Select(run, value, arguments, byAttribute: true, wanted: true),
        "rejectattr" => (run, value, arguments) => Select(run, value, arguments, byAttribute: true, wanted: false),
        _ => null,
    };

    private static IteratorValue Map(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        if (!value.IsTrue)
        {
            return new IteratorValue([]);
        }

        Func<TemplateValue, TemplateValue> map;
        if (arguments.Positional.Count == 0 && arguments.Named.Any(argument => argument.Key == "attribute"))
        {
            TemplateValue?[] values = arguments.Bind("map", 0, "attribute", "default");
            map = AttributePath.From(run, values[0], values[1]).Get;
        }
        else if (arguments.Positional.Count > 0)
        {
            string filter = StringMethods.Text(arguments.Positional[0], "map").Text;
            CallArguments rest = Without(arguments, 1);
            map = item => run.ApplyFilter(filter, item, rest);
        }
        else
        {
            throw new TemplateFaultException("map requires a filter argument");
        }

        return new IteratorValue([.. run.Iterate(value).Select(item => Step(run, map, item))]);
    }

    private static IteratorValue Select(TemplateRun run, TemplateValue value, CallArguments arguments, bool byAttribute, bool wanted)
    {
        if (!value.IsTrue)
        {
            return new IteratorValue([]);
        }

        if (byAttribute && arguments.Positional.Count == 0)
        {
            throw new TemplateFaultException("Missing parameter for attribute name");
        }

        AttributePath path = AttributePath.From(run, byAttribute ? arguments.Positional[0] : null);
        CallArguments rest = byAttribute ? Without(arguments, 1) : arguments;
        Func<TemplateValue, bool> test = item => item.IsTrue;
        if (rest.Positional.Count > 0)
        {
            string name = StringMethods.Text(rest.Positional[0], "select").Text;
            CallArguments testArguments = Without(rest, 1);
            test = item => run.ApplyTest(name, item, testArguments);
        }

        var result = new List<TemplateValue>();
        foreach (TemplateValue item in run.Iterate(value))
        {
            run.Budget.Take();
            if (test(path.Get(item)) == wanted)
            {
                result.Add(item);
            }
        }

        return new IteratorValue(result);
    }

    private static TemplateValue Step(TemplateRun run, Func<TemplateValue, TemplateValue> map, TemplateValue item)
    {
        run.Budget.Take();
        return map(item);
    }

    private static CallArguments Without(CallArguments arguments, int count) => arguments with { Positional = [.. arguments.Positional.Skip(count)] };
}
