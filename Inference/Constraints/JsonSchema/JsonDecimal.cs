using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// A number of JSON text, exactly: <c>Digits × 10^Exponent</c>, without trailing zeros in the digits. Immutable.
/// </summary>
/// <param name="Digits">Signed; zero has exponent 0.</param>
/// <param name="Exponent">Power of ten.</param>
internal readonly record struct JsonDecimal(BigInteger Digits, int Exponent) : IComparable<JsonDecimal>
{
    /// <summary>Greatest power of ten of a number that is read, and least with a minus. Ours: beyond the range of a double.</summary>
    private const int LargestExponent = 400;

    /// <summary>Whether it has no digits behind the point.</summary>
    public bool IsInteger => Exponent >= 0;

    /// <summary>The number nearest to it on the side of zero that is whole.</summary>
    public BigInteger Truncated => Exponent >= 0 ? Digits * BigInteger.Pow(10, Exponent) : Digits / BigInteger.Pow(10, -Exponent);

    /// <summary>The greatest whole number that is not above.</summary>
    public BigInteger Floor => IsInteger || Digits.Sign >= 0 ? Truncated : Truncated - 1;

    /// <summary>The least whole number that is not below.</summary>
    public BigInteger Ceiling => IsInteger || Digits.Sign <= 0 ? Truncated : Truncated + 1;

    /// <summary>Its distance from zero.</summary>
    public JsonDecimal Magnitude => new(BigInteger.Abs(Digits), Exponent);

    /// <summary>A number with trailing zeros moved to the exponent.</summary>
    public static JsonDecimal Of(BigInteger digits, int exponent = 0)
    {
        if (digits.IsZero)
        {
            return default;
        }

        while (true)
        {
            BigInteger shorter = BigInteger.DivRem(digits, 10, out BigInteger last);
            if (!last.IsZero)
            {
                return new JsonDecimal(digits, exponent);
            }

            digits = shorter;
            exponent++;
        }
    }

    /// <summary>Reads a number as JSON writes it.</summary>
    /// <param name="text">Valid JSON number.</param>
    /// <param name="value">The number.</param>
    /// <returns>False when it is too large or small, or has too many digits.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonDecimal? value)
    {
        value = null;
        int exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        long exponent = 0;
        if (exponentAt >= 0 && !long.TryParse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return false;
        }

        string mantissa = exponentAt < 0 ? text : text[..exponentAt];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = mantissa.Remove(point, 1);
        }

        if (mantissa.Length > 2 * LargestExponent || !BigInteger.TryParse(mantissa, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger digits))
        {
            return false;
        }

        if (digits.IsZero)
        {
            value = default(JsonDecimal);
            return true;
        }

        if (Math.Abs(exponent) > LargestExponent)
        {
            return false;
        }

        value = Of(digits, (int)exponent);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(JsonDecimal other)
    {
        int shared = Math.Min(Exponent, other.Exponent);
        return (Digits * BigInteger.Pow(10, Exponent - shared)).CompareTo(other.Digits * BigInteger.Pow(10, other.Exponent - shared));
    }

    /// <summary>Whether it is a whole number of times the divisor, which is not zero.</summary>
    public bool IsMultipleOf(JsonDecimal divisor)
    {
        int shared = Math.Min(Exponent, divisor.Exponent);
        return (Digits * BigInteger.Pow(10, Exponent - shared) % (divisor.Digits * BigInteger.Pow(10, divisor.Exponent - shared))).IsZero;
    }

    /// <summary>Digits before the point and behind it, without sign; before it at least a zero, behind it possibly none.</summary>
    public (string Whole, string Fraction) Split()
    {
        string digits = BigInteger.Abs(Digits).ToString(CultureInfo.InvariantCulture);
        if (Exponent >= 0)
        {
            return (digits + new string('0', Exponent), "");
        }

        digits = digits.PadLeft(1 - Exponent, '0');
        return (digits[..^-Exponent], digits[^-Exponent..]);
    }

    /// <summary>
    /// As JavaScript writes it: plain from 10^-6 up to 10^21, else with one digit before the point and an exponent.
    /// </summary>
    public override string ToString()
    {
        string sign = Digits.Sign < 0 ? "-" : "";
        string digits = BigInteger.Abs(Digits).ToString(CultureInfo.InvariantCulture);
        int magnitude = digits.Length + Exponent;
        if (magnitude is > 21 or < -5)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(magnitude > 0 ? "+" : "")}{(magnitude - 1).ToString(CultureInfo.InvariantCulture)}";
        }

        (string whole, string behind) = Split();
        return behind.Length == 0 ? sign + whole : $"{sign}{whole}.{behind}";
    }

    /// <summary>Whether one is less than the other.</summary>
    public static bool operator <(JsonDecimal left, JsonDecimal right) => left.CompareTo(right) < 0;

    /// <summary>Whether one is greater than the other.</summary>
    public static bool operator >(JsonDecimal left, JsonDecimal right) => left.CompareTo(right) > 0;

    /// <summary>Whether one is not greater than the other.</summary>
    public static bool operator <=(JsonDecimal left, JsonDecimal right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one is not less than the other.</summary>
    public static bool operator >=(JsonDecimal left, JsonDecimal right) => left.CompareTo(right) >= 0;
}
