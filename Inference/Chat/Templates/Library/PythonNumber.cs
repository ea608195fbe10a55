using System.Globalization;

namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>Numbers as Python prints and reads them.</summary>
internal static class PythonNumber
{
    /// <summary>Python's <c>repr</c> of a float: the shortest digits that read back, with an exponent from 1e16 and below 1e-4.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        (string digits, int exponent, bool negative) = Shortest(value);
        return (negative ? "-" : "") + Layout(digits, exponent, exponent is < -4 or >= 16);
    }

    /// <summary>As the format <c>f</c>: a fixed number of digits behind the point, of the exact value.</summary>
    public static string Fixed(double value, int digits) =>
        double.IsFinite(value) ? value.ToString("F" + digits, CultureInfo.InvariantCulture) : Repr(value);

    /// <summary>As the format <c>e</c>.</summary>
    public static string Scientific(double value, int digits) =>
        double.IsFinite(value) ? value.ToString((digits == 0 ? "0" : "0." + new string('0', digits)) + "e+00", CultureInfo.InvariantCulture) : Repr(value);

    /// <summary>As the format <c>g</c>.</summary>
    public static string General(double value, int digits)
    {
        if (!double.IsFinite(value) || value == 0)
        {
            return value == 0 ? (double.IsNegative(value) ? "-0" : "0") : Repr(value);
        }

        int precision = Math.Max(digits, 1);
        string text = Scientific(Math.Abs(value), precision - 1);
        int mark = text.IndexOf('e', StringComparison.Ordinal);
        int exponent = int.Parse(text.AsSpan(mark + 1), CultureInfo.InvariantCulture);
        string number = text[..mark].Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        string layout = Layout(number.Length == 0 ? "0" : number, exponent, exponent < -4 || exponent >= precision);
        return (value < 0 ? "-" : "") + (layout.EndsWith(".0", StringComparison.Ordinal) ? layout[..^2] : layout);
    }

    /// <summary>A float as Python's <c>float()</c> reads it.</summary>
    public static bool TryParse(string text, out double value)
    {
        string trimmed = text.Trim();
        string word = trimmed.TrimStart('+', '-').ToLowerInvariant();
        if (word is "inf" or "infinity" or "nan")
        {
            value = word == "nan" ? double.NaN : trimmed.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        value = 0;
        return word.Length > 0 && !word.StartsWith('_') && !word.EndsWith('_') && !word.Contains("__", StringComparison.Ordinal)
            && double.TryParse(trimmed.Replace("_", "", StringComparison.Ordinal), Styles, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>An integer as Python's <c>int()</c> reads it, with a sign and single underscores, in a base of 2 to 36.</summary>
    public static bool TryParseInteger(string text, int radix, out Int128 value)
    {
        value = 0;
        string digits = text.Trim();
        bool negative = digits.StartsWith('-');
        digits = digits.StartsWith('-') || digits.StartsWith('+') ? digits[1..] : digits;
        string prefix = radix switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => "" };
        if (prefix.Length > 0 && digits.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            digits = digits[2..];
        }

        if (digits.Length == 0 || digits[0] == '_' || digits[^1] == '_' || digits.Contains("__", StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            foreach (char digit in digits.Replace("_", "", StringComparison.Ordinal))
            {
                int number = char.IsAsciiDigit(digit) ? digit - '0' : char.IsAsciiLetter(digit) ? (digit & 0x1f) + 9 : 99;
                if (number >= radix)
                {
                    return false;
                }

                value = checked(value * radix + number);
            }
        }
        catch (OverflowException)
        {
            throw new TemplateFaultException("a number is too large");
        }

        value = negative ? -value : value;
        return true;
    }

    private static (string Digits, int Exponent, bool Negative) Shortest(double value)
    {
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        bool negative = shortest.StartsWith('-');
        int exponent = 0;

        // "R" has the digits, in one of two layouts.
        int mark = shortest.IndexOf('E', StringComparison.Ordinal);
        string mantissa = (mark < 0 ? shortest : shortest[..mark]).TrimStart('-');
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        if (mark >= 0)
        {
            exponent = int.Parse(shortest.AsSpan(mark + 1), CultureInfo.InvariantCulture);
        }
        else if (value != 0)
        {
            int point = mantissa.IndexOf('.', StringComparison.Ordinal);
            string whole = point < 0 ? mantissa : mantissa[..point];
            exponent = whole.TrimStart('0').Length > 0
                ? whole.Length - 1
                : -(mantissa.AsSpan(point + 1).IndexOfAnyExcept('0') + 1);
        }

        return (digits.Length == 0 ? "0" : digits, exponent, negative);
    }

    /// <summary>Digits "123" with exponent 1 as "12.3" or "1.23e+01".</summary>
    private static string Layout(string digits, int exponent, bool scientific)
    {
        if (scientific)
        {
            string mantissa = digits.Length == 1 ? digits : digits[0] + "." + digits[1..];
            return mantissa + "e" + (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
        }

        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? digits.PadRight(exponent + 1, '0') + ".0"
            : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }
}
