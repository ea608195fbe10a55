using System.Globalization;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Python's <c>str.format</c>: fields by position or name, with attributes, elements, conversion and format.</summary>
internal sealed class BraceFormat
{
    private readonly TemplateRun _run;
    private readonly StringValue _format;
    private readonly CallArguments _arguments;
    private int _next;

    private BraceFormat(TemplateRun run, StringValue format, CallArguments arguments)
    {
        _run = run;
        _format = format;
        _arguments = arguments;
    }

    /// <summary>The text with the arguments put in.</summary>
    public static StringValue Format(TemplateRun run, StringValue format, CallArguments arguments) =>
        new BraceFormat(run, format, arguments).Run(format, depth: 0);

    private StringValue Run(StringValue format, int depth)
    {
        if (depth > 2)
        {
            throw new TemplateFaultException("Max string recursion exceeded");
        }

        var output = new TextBuilder(_run.Budget);
        string text = format.Text;
        for (int i = 0; i < text.Length; i++)
        {
            bool doubled = i + 1 < text.Length && text[i + 1] == text[i];
            if (doubled && (text[i] is '{' or '}'))
            {
                output.Append(format, i, i + 1);
                i++;
            }
            else if (text[i] == '}')
            {
                throw new TemplateFaultException("Single '}' encountered in format string");
            }
            else if (text[i] == '{')
            {
                int end = FindEnd(text, i);
                output.Append(FormatField(format.Slice(i + 1, end), depth));
                i = end;
            }
            else
            {
                output.Append(format, i, i + 1);
            }
        }

        return output.ToValue();
    }

    private static int FindEnd(string text, int start)
    {
        int depth = 0;
        for (int i = start; i < text.Length; i++)
        {
            depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw new TemplateFaultException("expected '}' before end of string");
    }

    private StringValue FormatField(StringValue field, int depth)
    {
        string text = field.Text;
        int bracket = 0, end = 0;
        for (; end < text.Length && (bracket > 0 || text[end] is not (':' or '!')); end++)
        {
            bracket += text[end] == '[' ? 1 : text[end] == ']' ? -1 : 0;
        }

        TemplateValue value = GetField(text[..end]);
        if (end < text.Length && text[end] == '!')
        {
            char conversion = end + 1 < text.Length ? text[end + 1] : '\0';
            value = conversion switch
            {
                's' => _run.ToText(value),
                'r' or 'a' => PythonText.ToRepr(_run.Budget, value),
                _ => throw new TemplateFaultException("Unknown conversion specifier"),
            };
            end += 2;
        }

        StringValue spec = end < text.Length && text[end] == ':' ? field.Slice(end + 1, text.Length) : StringValue.Empty;
        return Format(value, spec.Text.Contains('{', StringComparison.Ordinal) ? Run(spec, depth + 1) : spec);
    }

    private TemplateValue GetField(string path)
    {
        int end = path.AsSpan().IndexOfAny('.', '[');
        string name = end < 0 ? path : path[..end];
        TemplateValue value;
        if (name.Length == 0 || name.All(char.IsAsciiDigit))
        {
            int index = name.Length == 0 ? _next++ : int.TryParse(name, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;
            value = index < _arguments.Positional.Count
                ? _arguments.Positional[index]
                : throw new TemplateFaultException($"Replacement index {index} out of range for positional args tuple");
        }
        else
        {
            KeyValuePair<string, TemplateValue> argument = _arguments.Named.FirstOrDefault(argument => argument.Key == name);
            value = argument.Value ?? throw new TemplateFaultException($"format(): no argument '{name}'");
        }

        for (int i = end; i >= 0 && i < path.Length;)
        {
            bool isItem = path[i] == '[';
            int stop = isItem ? path.IndexOf(']', i) : path.IndexOfAny(['.', '['], i + 1);
            stop = stop < 0 ? path.Length : stop;
            string key = path[(i + 1)..stop];
            value = !isItem
                ? Members.GetAttribute(value, new StringValue(key))
                : Members.GetItem(_run, value, int.TryParse(key, CultureInfo.InvariantCulture, out int number) ? new IntegerValue(number) : new StringValue(key));
            i = isItem ? stop + 1 : stop;
        }

        return value;
    }

    /// <summary>Formats by <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
    private StringValue Format(TemplateValue value, StringValue specification)
    {
        string spec = specification.Text;
        if (spec.Length == 0)
        {
            return _run.ToText(value);
        }

        int i = 0;
        char fill = ' ', align = '\0';
        if (spec.Length > 1 && (spec[1] is '<' or '>' or '^' or '='))
        {
            (fill, align, i) = (spec[0], spec[1], 2);
        }
        else if (spec[0] is '<' or '>' or '^' or '=')
        {
            (align, i) = (spec[0], 1);
        }

        char Peek() => i < spec.Length ? spec[i] : '\0';
        char sign = Peek() is '+' or ' ' or '-' ? spec[i++] : '\0';
        bool alternate = Peek() == '#' && i++ >= 0;
        if (Peek() == '0' && align == '\0')
        {
            (fill, align) = ('0', '=');
        }

        int? width = ReadNumber(spec, ref i);
        char grouping = Peek() is ',' or '_' ? spec[i++] : '\0';
        int? precision = Peek() == '.' && i++ >= 0 ? ReadNumber(spec, ref i) ?? throw new TemplateFaultException("Format specifier missing precision") : null;
        char type = i < spec.Length ? spec[i++] : '\0';
        if (i < spec.Length)
        {
            throw new TemplateFaultException("Invalid format specifier");
        }

        return FormatValue(value, new NumberFormat(type, precision, sign is '+' or ' ' ? sign : '\0', grouping, alternate), width ?? 0, fill, align);
    }

    private StringValue FormatValue(TemplateValue value, NumberFormat format, int width, char fill, char align)
    {
        StringValue sign = StringValue.Empty, content;
        bool isNumber = value is IntegerValue or FloatValue || (value is BooleanValue && format.Type != '\0');
        if (!isNumber)
        {
            if (format.Type is not ('\0' or 's') || align == '=')
            {
                throw new TemplateFaultException($"Unknown format code '{format.Type}' for object of type '{value.TypeName}'");
            }

            content = _run.ToText(value);
            content = format.Precision < content.Length ? content.Slice(0, content.OffsetOf(format.Precision.Value)) : content;
        }
        else
        {
            (string signText, string digits) = FormatNumber(value, format);
            (sign, content) = (new StringValue(signText), new StringValue(digits));
        }

        var padding = new StringValue(fill.ToString());
        if (align == '=')
        {
            content = Texts.Pad(_run.Budget, content, width - sign.Length, padding, TextAlignment.Right);
        }

        StringValue whole = new TextBuilder(_run.Budget).Append(sign).Append(content).ToValue();
        if (align == '^')
        {
            // Here Python leaves the larger half at the right, other than in center().
            int left = Math.Max(0, width - whole.Length) / 2;
            whole = Texts.Pad(_run.Budget, whole, whole.Length + left, padding, TextAlignment.Right);
        }

        bool right = align == '>' || (align == '\0' && isNumber);
        return Texts.Pad(_run.Budget, whole, width, padding, right ? TextAlignment.Right : TextAlignment.Left);
    }

    private static (string Sign, string Digits) FormatNumber(TemplateValue value, NumberFormat format)
    {
        bool isInteger = Operators.TryGetInteger(value, out Int128 integer);
        if (isInteger && (format.Type is '\0' or 'd' or 'n' or 'x' or 'X' or 'o' or 'b'))
        {
            return format.Format(integer);
        }

        return Operators.TryGetNumber(value, out double number) && (format.Type is '\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%')
            ? format.Format(number)
            : throw new TemplateFaultException($"Unknown format code '{format.Type}' for object of type '{value.TypeName}'");
    }

    private static int? ReadNumber(string spec, ref int i)
    {
        int start = i;
        long number = 0;
        for (; i < spec.Length && char.IsAsciiDigit(spec[i]); i++)
        {
            number = Math.Min(int.MaxValue, number * 10 + spec[i] - '0');
        }

        return i > start ? (int)number : null;
    }
}
