using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Python's <c>format % values</c>.</summary>
internal sealed class PercentFormat
{
    private readonly TemplateBudget _budget;
    private readonly StringValue _format;
    private readonly TemplateValue _values;
    private readonly IReadOnlyList<TemplateValue> _list;
    private readonly TextBuilder _output;
    private int _next;
    private int _position;

    private PercentFormat(TemplateBudget budget, StringValue format, TemplateValue values)
    {
        _budget = budget;
        _format = format;
        _values = values;
        _list = values is TupleValue tuple ? tuple.Items : [values];
        _output = new TextBuilder(budget);
    }

    /// <summary>The text with the values put in.</summary>
    /// <param name="budget">What may still be used.</param>
    /// <param name="format">The format.</param>
    /// <param name="values">A tuple of values, a dictionary of named ones, or one value.</param>
    public static StringValue Format(TemplateBudget budget, StringValue format, TemplateValue values)
    {
        StringValue result = new PercentFormat(budget, format, values).Run();
        return format.IsSafe ? Markup.Mark(result) : result;
    }

    private StringValue Run()
    {
        string text = _format.Text;
        while (_position < text.Length)
        {
            int percent = text.IndexOf('%', _position);
            if (percent < 0)
            {
                break;
            }

            _output.Append(_format, _position, percent);
            _position = percent + 1;
            if (Peek() == '%')
            {
                _output.Append('%', _format.Input.Contains(_position++));
            }
            else
            {
                ReadDirective();
            }
        }

        _output.Append(_format, _position, text.Length);
        if (_next < _list.Count && _values is not (DictValue or ListValue))
        {
            throw new TemplateFaultException("not all arguments converted during string formatting");
        }

        return _output.ToValue();
    }

    private void ReadDirective()
    {
        TemplateValue? named = Peek() == '(' ? ReadName() : null;
        string flags = "";
        while ("-+ 0#".Contains(Peek(), StringComparison.Ordinal))
        {
            flags += Take();
        }

        int width = ReadNumber() ?? 0;
        int? precision = null;
        if (Peek() == '.')
        {
            Take();
            precision = ReadNumber() ?? 0;
        }

        while (Peek() is 'l' or 'h' or 'L')
        {
            Take();
        }

        char type = Take();
        TemplateValue value = named ?? (_next < _list.Count ? _list[_next++] : throw new TemplateFaultException("not enough arguments for format string"));
        (StringValue sign, StringValue content) = Convert(type, value, flags, precision);
        bool zeros = flags.Contains('0', StringComparison.Ordinal) && !flags.Contains('-', StringComparison.Ordinal) && type is not ('s' or 'r' or 'c');
        if (zeros)
        {
            content = Texts.Pad(_budget, content, width - sign.Length, new StringValue("0"), TextAlignment.Right);
        }

        StringValue whole = new TextBuilder(_budget).Append(sign).Append(content).ToValue();
        bool left = flags.Contains('-', StringComparison.Ordinal);
        _output.Append(Texts.Pad(_budget, whole, width, new StringValue(" "), left ? TextAlignment.Left : TextAlignment.Right));
    }

    private (StringValue Sign, StringValue Content) Convert(char type, TemplateValue value, string flags, int? precision)
    {
        char sign = flags.Contains('+', StringComparison.Ordinal) ? '+' : flags.Contains(' ', StringComparison.Ordinal) ? ' ' : '\0';
        var format = new NumberFormat(type, precision, sign, '\0', flags.Contains('#', StringComparison.Ordinal));
        switch (type)
        {
            case 's' or 'r' or 'a':
                StringValue text = type == 's' ? PythonText.ToText(_budget, value) : PythonText.ToRepr(_budget, value);
                return (StringValue.Empty, precision < text.Length ? text.Slice(0, text.OffsetOf(precision.Value)) : text);
            case 'c' when value is StringValue { Length: 1 } character:
                return (StringValue.Empty, character);
            case 'd' or 'i' or 'u' when value is FloatValue real && double.IsFinite(real.Number) && Math.Abs(real.Number) < 1e38:
                return Split((format with { Type = 'd' }).Format((Int128)real.Number), precision);
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o' when Operators.TryGetInteger(value, out Int128 integer):
                return Split(format.Format(integer), precision);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G' when Operators.TryGetNumber(value, out double number):
                return Split(format.Format(number), null);
            default:
                throw new TemplateFaultException($"%{type} format: a number is required, not {value.TypeName}");
        }
    }

    private static (StringValue Sign, StringValue Content) Split((string Sign, string Digits) number, int? precision)
    {
        if (precision > 1000)
        {
            throw new TemplateFaultException("the precision of a number is too large");
        }

        return (new StringValue(number.Sign), new StringValue(number.Digits.PadLeft(precision ?? 0, '0')));
    }

    private TemplateValue ReadName()
    {
        int end = _format.Text.IndexOf(')', _position);
        if (end < 0 || _values is not DictValue dict)
        {
            throw new TemplateFaultException(end < 0 ? "incomplete format key" : "format requires a mapping");
        }

        StringValue name = _format.Slice(_position + 1, end);
        _position = end + 1;
        return dict.Find(name) ?? throw new TemplateFaultException($"no key '{name.Text}'");
    }

    private int? ReadNumber()
    {
        if (Peek() == '*')
        {
            Take();
            return (int)Int128.Clamp(StringMethods.Integer(_next < _list.Count ? _list[_next++] : NoneValue.Instance, "%"), 0, int.MaxValue);
        }

        if (!char.IsAsciiDigit(Peek()))
        {
            return null;
        }

        long number = 0;
        while (char.IsAsciiDigit(Peek()))
        {
            number = Math.Min(int.MaxValue, number * 10 + Take() - '0');
        }

        return (int)number;
    }

    private char Peek() => _position < _format.Text.Length ? _format.Text[_position] : '\0';

    private char Take() => _position < _format.Text.Length ? _format.Text[_position++] : throw new TemplateFaultException("incomplete format");
}
