using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>A test: what <c>value is name(arguments)</c> gives.</summary>
internal delegate bool TemplateTest(TemplateRun run, TemplateValue value, CallArguments arguments);

/// <summary>The tests by name, those of jinja2.</summary>
internal static class TestTable
{
    /// <summary>A test; null when there is none of the name.</summary>
    public static TemplateTest? Find(string name)
    {
        Func<TemplateValue, bool>? simple = FindSimple(name);
        if (simple is not null)
        {
            return (_, value, arguments) => simple(FilterTable.Alone(value, arguments, name));
        }

        string? comparison = name switch
        {
            "eq" or "equalto" or "==" => "==",
            "ne" or "!=" => "!=",
            "lt" or "lessthan" or "<" => "<",
            "le" or "<=" => "<=",
            "gt" or "greaterthan" or ">" => ">",
            "ge" or ">=" => ">=",
            "in" => "in",
            _ => null,
        };
        if (comparison is not null)
        {
            return (run, value, arguments) => run.Operators.Compare(comparison, value, arguments.Bind(name, 1, "other")[0]!);
        }

        return name switch
        {
            "sameas" => (_, value, arguments) => IsSame(value, arguments.Bind(name, 1, "other")[0]!),
            "divisibleby" => (run, value, arguments) => Modulo(run, value, arguments.Bind(name, 1, "num")[0]!) == 0,
            "odd" => (run, value, arguments) => Modulo(run, FilterTable.Alone(value, arguments, name), new IntegerValue(2)) == 1,
            "even" => (run, value, arguments) => Modulo(run, FilterTable.Alone(value, arguments, name), new IntegerValue(2)) == 0,
            "lower" => (run, value, arguments) => PythonCase.IsCase(run.ToText(FilterTable.Alone(value, arguments, name)).Text, upper: false),
            "upper" => (run, value, arguments) => PythonCase.IsCase(run.ToText(FilterTable.Alone(value, arguments, name)).Text, upper: true),
            "filter" => (run, value, arguments) => FilterTable.Find(run.ToText(FilterTable.Alone(value, arguments, name)).Text) is not null,
            "test" => (run, value, arguments) => Find(run.ToText(FilterTable.Alone(value, arguments, name)).Text) is not null,
            _ => null,
        };
    }

    private static Func<TemplateValue, bool>? FindSimple(string name) => name switch
    {
        "defined" => value => value is not UndefinedValue,
        "undefined" => value => value is UndefinedValue,
        "none" => value => value is NoneValue,
        "boolean" => value => value is BooleanValue,
        "true" => value => ReferenceEquals(value, BooleanValue.True),
        "false" => value => ReferenceEquals(value, BooleanValue.False),
        "integer" => value => value is IntegerValue,
        "float" => value => value is FloatValue,
        "number" => value => value is IntegerValue or FloatValue or BooleanValue,
        "string" => value => value is StringValue,
        "mapping" => value => value is DictValue,
        "sequence" => value => value is StringValue or ListValue or TupleValue or DictValue or RangeValue,
        "iterable" => value => value is StringValue or ListValue or TupleValue or DictValue or DictViewValue or RangeValue or IteratorValue or UndefinedValue or LoopValue,
        "callable" => value => value is CallableValue,
        "escaped" => value => value is StringValue { IsSafe: true },
        _ => null,
    };

    /// <summary>Identity, where Python shows it: small numbers and equal literals may be the same object there, so values of scalars count.</summary>
    private static bool IsSame(TemplateValue value, TemplateValue other) =>
        ReferenceEquals(value, other) || (value.GetType() == other.GetType() && (value is IntegerValue or StringValue) && DictKeyComparer.Instance.Equals(value, other));

    private static double Modulo(TemplateRun run, TemplateValue value, TemplateValue divisor)
    {
        TemplateValue rest = run.Operators.Calculate("%", value, divisor);
        return Operators.TryGetNumber(rest, out double number) ? number : double.NaN;
    }
}
