using System.Globalization;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>How a number is printed by <c>%</c> and by <c>format</c>.</summary>
/// <param name="Type">Letter of the format: d, x, X, o, b, e, E, f, F, g, G, %.</param>
/// <param name="Precision">Digits; null means the type's own.</param>
/// <param name="Sign"><c>+</c> or a space before positive numbers; NUL means nothing.</param>
/// <param name="Grouping"><c>,</c> or <c>_</c> between groups of three digits; NUL means nothing.</param>
/// <param name="Alternate">With the prefix of the base.</param>
internal readonly record struct NumberFormat(char Type, int? Precision, char Sign, char Grouping, bool Alternate)
{
    // Python accepts more; nobody asks for more digits than a double's exact value has.
    private const int MaxPrecision = 1100;

    /// <summary>Sign and digits of an integer.</summary>
    public (string Sign, string Digits) Format(Int128 number)
    {
        UInt128 size = number < 0 ? (UInt128)(-(number + 1)) + 1 : (UInt128)number;
        string digits = Type switch
        {
            'x' => size.ToString("x", CultureInfo.InvariantCulture),
            'X' => size.ToString("X", CultureInfo.InvariantCulture),
            'b' => InBase(size, 2),
            'o' => InBase(size, 8),
            _ => Group(size.ToString(CultureInfo.InvariantCulture)),
        };
        string prefix = Alternate && (Type is 'x' or 'X' or 'b' or 'o') ? "0" + Type : "";
        return (SignOf(number < 0) + prefix, digits);
    }

    /// <summary>Sign and digits of a float.</summary>
    public (string Sign, string Digits) Format(double number)
    {
        int precision = Precision ?? 6;
        if (precision > MaxPrecision)
        {
            throw new TemplateFaultException("the precision of a number is too large");
        }

        double size = Math.Abs(number);
        string digits = char.ToLowerInvariant(Type) switch
        {
            'e' => PythonNumber.Scientific(size, precision),
            'g' => PythonNumber.General(size, precision),
            'f' => GroupWhole(PythonNumber.Fixed(size, precision)),
            '%' => PythonNumber.Fixed(size * 100, precision) + "%",
            _ => Precision is { } significant ? PythonNumber.General(size, significant) : GroupWhole(PythonNumber.Repr(size)),
        };
        return (SignOf(double.IsNegative(number) && !double.IsNaN(number)), char.IsAsciiLetterUpper(Type) ? digits.ToUpperInvariant() : digits);
    }

    private string SignOf(bool negative) => negative ? "-" : Sign == '\0' ? "" : Sign.ToString();

    private static string InBase(UInt128 number, uint radix)
    {
        var digits = new Stack<char>();
        do
        {
            digits.Push((char)('0' + (int)(number % radix)));
            number /= radix;
        }
        while (number > 0);
        return new string([.. digits]);
    }

    private string GroupWhole(string number)
    {
        int point = number.IndexOfAny(['.', 'e']);
        return point < 0 ? Group(number) : Group(number[..point]) + number[point..];
    }

    private string Group(string digits)
    {
        if (Grouping == '\0')
        {
            return digits;
        }

        for (int i = digits.Length - 3; i > 0; i -= 3)
        {
            digits = digits.Insert(i, Grouping.ToString());
        }

        return digits;
    }
}
