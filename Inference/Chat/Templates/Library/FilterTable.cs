using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>A filter: what <c>value | name(arguments)</c> gives.</summary>
internal delegate TemplateValue TemplateFilter(TemplateRun run, TemplateValue value, CallArguments arguments);

/// <summary>The filters by name: those of jinja2 that work on data, <c>tojson</c> of the transformers library, <c>from_json</c> of llama.cpp.</summary>
internal static class FilterTable
{
    /// <summary>A filter; null when there is none of the name.</summary>
    public static TemplateFilter? Find(string name) => name switch
    {
        "tojson" => TemplateJson.Write,
        "from_json" or "fromjson" => (_, value, arguments) => FromJson(Alone(value, arguments, name)),
        "default" or "d" => Default,
        "string" => (run, value, arguments) => run.ToText(Alone(value, arguments, name)),
        "safe" => (run, value, arguments) => Markup.Mark(run.ToText(Alone(value, arguments, name))),
        "escape" or "e" => (run, value, arguments) => Markup.Escape(run.Budget, run.ToText(Alone(value, arguments, name))),
        "forceescape" => (run, value, arguments) => Markup.Escape(run.Budget, new StringValue(run.ToText(Alone(value, arguments, name)).Text, run.ToText(value).Input)),
        "attr" => (_, value, arguments) => Members.GetOwnAttribute(value, StringMethods.Text(arguments.Bind(name, 1, "name")[0]!, name)),
        _ => TextFilters.Find(name) ?? SequenceFilters.Find(name) ?? SelectionFilters.Find(name) ?? NumberFilters.Find(name),
    };

    /// <summary>A value whose filter takes no arguments; a fault when there are some.</summary>
    public static TemplateValue Alone(TemplateValue value, CallArguments arguments, string name)
    {
        arguments.Bind(name, 0);
        return value;
    }

    private static TemplateValue FromJson(TemplateValue value) =>
        TemplateJson.Parse(StringMethods.Text(value, "from_json").Text) ?? throw new TemplateFaultException("from_json(): the text is no JSON");

    private static TemplateValue Default(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("default", 0, "default_value", "boolean");
        bool replaced = value is UndefinedValue || (values[1]?.IsTrue == true && !value.IsTrue);
        return replaced ? values[0] ?? StringValue.Empty : value;
    }
}
