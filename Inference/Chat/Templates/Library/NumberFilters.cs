using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Filters on numbers.</summary>
internal static class NumberFilters
{
    /// <summary>A filter; null when there is none of the name here.</summary>
    public static TemplateFilter? Find(string name) => name switch
    {
        "int" => ToInteger,
        "float" => ToFloat,
        "abs" => (_, value, arguments) => Abs(FilterTable.Alone(value, arguments, name)),
        "round" => Round,
        _ => null,
    };

    private static TemplateValue ToInteger(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("int", 0, "default", "base");
        TemplateValue standard = values[0] ?? new IntegerValue(0);
        int radix = values[1] is null ? 10 : (int)Int128.Clamp(StringMethods.Integer(values[1]!, "int"), 2, 36);
        Operators.CheckDefined(value);
        if (Operators.TryGetInteger(value, out Int128 integer))
        {
            return new IntegerValue(integer);
        }

        double number = double.NaN;
        if (value is FloatValue real)
        {
            number = real.Number;
        }
        else if (value is StringValue text)
        {
            if (PythonNumber.TryParseInteger(text.Text, radix, out integer))
            {
                return new IntegerValue(integer);
            }

            number = PythonNumber.TryParse(text.Text, out double parsed) ? parsed : double.NaN;
        }

        return double.IsFinite(number) && Math.Abs(number) < 1e38 ? new IntegerValue((Int128)number) : standard;
    }

    private static TemplateValue ToFloat(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue standard = arguments.Bind("float", 0, "default")[0] ?? new FloatValue(0);
        Operators.CheckDefined(value);
        return Operators.TryGetNumber(value, out double number) || (value is StringValue text && PythonNumber.TryParse(text.Text, out number))
            ? new FloatValue(number)
            : standard;
    }

    private static TemplateValue Abs(TemplateValue value)
    {
        if (Operators.TryGetInteger(value, out Int128 integer))
        {
            return integer < 0 ? Operators.Sign(negative: true, value) : new IntegerValue(integer);
        }

        Operators.CheckDefined(value);
        return value is FloatValue real ? new FloatValue(Math.Abs(real.Number)) : throw new TemplateFaultException($"bad operand type for abs(): '{value.TypeName}'");
    }

    private static TemplateValue Round(TemplateRun run, TemplateValue value, CallArguments arguments)
    {
        TemplateValue?[] values = arguments.Bind("round", 0, "precision", "method");
        int digits = values[0] is null ? 0 : (int)Int128.Clamp(StringMethods.Integer(values[0]!, "round"), -330, 330);
        string method = values[1] is null ? "common" : run.ToText(values[1]!).Text;
        Operators.CheckDefined(value);
        if (!Operators.TryGetNumber(value, out double number) || method is not ("common" or "ceil" or "floor"))
        {
            throw new TemplateFaultException(method is "common" or "ceil" or "floor"
                ? $"type {value.TypeName} doesn't define __round__ method"
                : "method must be common, ceil or floor");
        }

        if (method == "common")
        {
            double rounded = Arithmetic.Round(number, digits);
            return value is FloatValue ? new FloatValue(rounded) : new IntegerValue((Int128)rounded);
        }

        double factor = Math.Pow(10, digits);
        return new FloatValue((method == "ceil" ? Math.Ceiling(number * factor) : Math.Floor(number * factor)) / factor);
    }
}
