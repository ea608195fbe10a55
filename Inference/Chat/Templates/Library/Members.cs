using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary><c>a.b</c> and <c>a[b]</c> as jinja2 has them: an attribute is looked for first, then an element, or the other way round.</summary>
internal static class Members
{
    /// <summary><c>a.name</c>; undefined when there is none, a fault when <paramref name="target"/> is undefined itself.</summary>
    public static TemplateValue GetAttribute(TemplateValue target, StringValue name)
    {
        Operators.CheckDefined(target);
        return FindMember(target, name.Text)
            ?? (target as DictValue)?.Find(name)
            ?? new UndefinedValue($"'{Describe(target)}' has no attribute '{name.Text}'");
    }

    /// <summary>As <see cref="GetAttribute"/>, but never an element of a dictionary (filter <c>attr</c>).</summary>
    public static TemplateValue GetOwnAttribute(TemplateValue target, StringValue name)
    {
        Operators.CheckDefined(target);
        return FindMember(target, name.Text) ?? new UndefinedValue($"'{Describe(target)}' has no attribute '{name.Text}'");
    }

    /// <summary><c>a[key]</c>; undefined when there is none, a fault when <paramref name="target"/> is undefined itself.</summary>
    public static TemplateValue GetItem(TemplateRun run, TemplateValue target, TemplateValue key)
    {
        Operators.CheckDefined(target);
        TemplateValue? item = target switch
        {
            DictValue dict when key is not (ListValue or DictValue) => dict.Find(key),
            StringValue or ListValue or TupleValue or RangeValue when Operators.TryGetInteger(key, out Int128 index) => Slicing.At(target, index),
            _ => null,
        };
        item ??= key is StringValue name ? FindMember(target, name.Text) : null;
        return item ?? new UndefinedValue(key is StringValue text
            ? $"'{Describe(target)}' has no attribute '{text.Text}'"
            : $"{Describe(target)} has no element {PythonText.ToRepr(run.Budget, key).Text}");
    }

    /// <summary>A value's type as jinja2 names it in messages.</summary>
    public static string Describe(TemplateValue value) => value is NoneValue ? "None" : value.TypeName + " object";

    private static TemplateValue? FindMember(TemplateValue target, string name)
    {
        switch (target)
        {
            case NamespaceValue space:
                return space.Members.GetValueOrDefault(name);
            case LoopValue loop:
                return loop.GetMember(name);
            case GroupValue group when name is "grouper" or "list":
                return name == "grouper" ? group.Items[0] : group.Items[1];
            case CyclerValue cycler:
                return name switch
                {
                    "current" => cycler.Current,
                    "next" => new FunctionValue(name, (_, _) => cycler.Next()),
                    "reset" => new FunctionValue(name, (_, _) => Reset(cycler)),
                    _ => null,
                };
            case MacroValue macro:
                return name switch
                {
                    "name" => macro.Definition.Name is { } own ? new StringValue(own) : NoneValue.Instance,
                    "arguments" => new TupleValue([.. macro.Definition.Parameters.Select(parameter => new StringValue(parameter.Name))]),
                    "catch_kwargs" => BooleanValue.From(macro.Definition.UsesNamed),
                    "catch_varargs" => BooleanValue.From(macro.Definition.UsesRest),
                    "caller" => BooleanValue.From(macro.Definition.UsesCaller),
                    _ => null,
                };
            case StringValue text:
                return StringMethods.Find(text, name);
            case DictValue dict:
                return DictMethods.Find(dict, name);
            case ListValue list:
                return ListMethods.Find(list, name);
            case TupleValue tuple:
                return ListMethods.FindReading(tuple.Items, name);
            case FloatValue real when name == "is_integer":
                return new FunctionValue(name, (_, _) => BooleanValue.From(double.IsInteger(real.Number)));
            default:
                return null;
        }
    }

    private static NoneValue Reset(CyclerValue cycler)
    {
        cycler.Reset();
        return NoneValue.Instance;
    }
}
