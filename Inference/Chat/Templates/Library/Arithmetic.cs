using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Numbers as Python calculates with them: integers stay integers except under <c>/</c>, division rounds down.</summary>
internal static class Arithmetic
{
    /// <summary>A sum, product or the like of two numbers; a fault for other values. Throws <see cref="OverflowException"/> beyond 128 bits.</summary>
    public static TemplateValue Calculate(string symbol, TemplateValue left, TemplateValue right)
    {
        if (!Operators.TryGetNumber(left, out double x) || !Operators.TryGetNumber(right, out double y))
        {
            string name = symbol == "**" ? "** or pow()" : symbol;
            throw new TemplateFaultException($"unsupported operand type(s) for {name}: '{left.TypeName}' and '{right.TypeName}'");
        }

        if (y == 0 && (symbol is "/" or "//" or "%"))
        {
            throw new TemplateFaultException("division by zero");
        }

        return Operators.TryGetInteger(left, out Int128 a) && Operators.TryGetInteger(right, out Int128 b)
            ? CalculateIntegers(symbol, a, b)
            : new FloatValue(CalculateFloats(symbol, x, y));
    }

    /// <summary>Rounds to a number of digits behind the point, halves to even, as Python's <c>round</c>.</summary>
    public static double Round(double value, int digits)
    {
        if (!double.IsFinite(value) || digits > 300)
        {
            return value;
        }

        // Python rounds the exact decimal value; the exact digits of a double come out by formatting it.
        return digits >= 0
            ? double.Parse(PythonNumber.Fixed(value, digits), System.Globalization.CultureInfo.InvariantCulture)
            : Math.Round(value / Math.Pow(10, -digits), MidpointRounding.ToEven) * Math.Pow(10, -digits);
    }

    private static TemplateValue CalculateIntegers(string symbol, Int128 a, Int128 b) => symbol switch
    {
        "+" => new IntegerValue(checked(a + b)),
        "-" => new IntegerValue(checked(a - b)),
        "*" => new IntegerValue(checked(a * b)),
        "/" => new FloatValue((double)a / (double)b),
        "//" => new IntegerValue(FloorDivide(a, b)),
        "%" => new IntegerValue(checked(a - FloorDivide(a, b) * b)),
        _ => b < 0 ? new FloatValue(CalculateFloats(symbol, (double)a, (double)b)) : new IntegerValue(Power(a, b)),
    };

    private static Int128 FloorDivide(Int128 a, Int128 b)
    {
        Int128 quotient = checked(a / b);
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
    }

    private static Int128 Power(Int128 a, Int128 exponent)
    {
        if (a == 0 || a == 1 || a == -1)
        {
            return exponent == 0 || (a == -1 && exponent % 2 == 0) ? 1 : a;
        }

        Int128 result = 1;
        for (Int128 i = 0; i < exponent; i++)
        {
            result = checked(result * a);
        }

        return result;
    }

    private static double CalculateFloats(string symbol, double x, double y)
    {
        switch (symbol)
        {
            case "+":
                return x + y;
            case "-":
                return x - y;
            case "*":
                return x * y;
            case "/":
                return x / y;
            case "//":
                return Math.Floor(x / y);
            case "%":
                double rest = x % y;
                return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
            default:
                return x == 0 && y < 0
                    ? throw new TemplateFaultException("0.0 cannot be raised to a negative power")
                    : x < 0 && !double.IsInteger(y)
                        ? throw new TemplateFaultException("a negative number has no real power")
                        : Math.Pow(x, y);
        }
    }
}
