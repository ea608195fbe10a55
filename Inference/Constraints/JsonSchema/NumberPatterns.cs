using System.Globalization;
using System.Numerics;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// The texts of numbers. Numbers are written plainly (no leading zeros, no minus before zero, digits behind the point only where
/// there is one) with at most <see cref="LongestText"/> characters; from 10^21 on and below 10^-6 also as JavaScript writes them, with
/// one digit before the point and an exponent, up to 10^307 so that a double holds them. Stateless.
/// </summary>
internal static class NumberPatterns
{
    /// <summary>Most characters of a number. Ours: a double has 17 significant digits, and no model gains from more.</summary>
    public const int LongestText = 64;

    private static readonly Pattern Digit = Pattern.Chars(CodePointSet.Of(('0', '9')));
    private static readonly Pattern NonZero = Pattern.Chars(CodePointSet.Of(('1', '9')));
    private static readonly Pattern Digits = Pattern.Repeat(Digit, 0, null);
    private static readonly Pattern SomeDigits = Pattern.Repeat(Digit, 1, null);
    private static readonly Pattern Zeros = Pattern.Repeat(Pattern.Literal("0"), 0, null);
    private static readonly Pattern Minus = Pattern.Literal("-");
    private static readonly Pattern Point = Pattern.Literal(".");
    private static readonly Pattern Fraction = Pattern.Optional(Pattern.Sequence(Point, SomeDigits));
    private static readonly Pattern PositiveWhole = Pattern.Sequence(NonZero, Digits);
    private static readonly Pattern Whole = Pattern.AnyOf(Pattern.Literal("0"), PositiveWhole);
    private static readonly Pattern Mantissa = Pattern.Sequence(NonZero, Fraction);
    private static readonly JsonDecimal LeastHuge = new(1, 21);
    private static readonly JsonDecimal GreatestTiny = new(1, -6);
    private static readonly JsonDecimal LeastUnwritten = new(1, LongestText);

    /// <summary>21 to 307: below 10^308 whatever the mantissa.</summary>
    private static readonly Pattern HugeExponent = Pattern.AnyOf(
        Range("21", "29"), Range("30", "99"), Range("100", "299"), Range("300", "307"));

    private static readonly Pattern Huge = Pattern.Sequence(Mantissa, Pattern.Literal("e+"), HugeExponent);
    private static readonly Pattern Tiny = Pattern.Sequence(Mantissa, Pattern.Literal("e-"), Pattern.AnyOf(Range("7", "9"), Range("10", "99"), Range("100", "299"), Range("300", "307")));

    /// <summary>Every whole number.</summary>
    public static Pattern AnyWhole { get; } = Pattern.AnyOf(Pattern.Literal("0"), Pattern.Sequence(Pattern.Optional(Minus), PositiveWhole));

    /// <summary>Every number.</summary>
    public static Pattern Any { get; } =
        Pattern.AnyOf(Magnitudes(false, null, null, false), Pattern.Sequence(Minus, Magnitudes(false, new BoundClaim(default, false, true), null, true)));

    /// <summary>
    /// Numbers between bounds.
    /// </summary>
    /// <param name="isWhole">Whether only whole ones.</param>
    /// <param name="lower">Lower bound; null for none.</param>
    /// <param name="upper">Upper bound; null for none.</param>
    public static Pattern Build(bool isWhole, BoundClaim? lower, BoundClaim? upper)
    {
        if (lower is null && upper is null)
        {
            return isWhole ? AnyWhole : Any;
        }

        Pattern positive = Magnitudes(isWhole, lower is { Bound.Digits.Sign: >= 0 } ? lower : null, upper, false);
        BoundClaim? least = upper is { Bound.Digits.Sign: < 0 } ? upper with { Bound = upper.Bound.Magnitude } : new BoundClaim(default, false, true);
        BoundClaim? greatest = lower is null ? null : lower with { Bound = JsonDecimal.Of(-lower.Bound.Digits, lower.Bound.Exponent) };
        Pattern negative = Magnitudes(isWhole, least, greatest, true);
        return Pattern.AnyOf(positive, Pattern.Sequence(Minus, negative));
    }

    /// <summary>Numbers whose digits behind the point are among some, or none.</summary>
    /// <param name="fractions">All of one length.</param>
    public static Pattern WithFractions(IReadOnlyList<string> fractions)
    {
        HashSet<string> shorter = [];
        foreach (string fraction in fractions)
        {
            for (int length = fraction.Length - 1; length > 0 && fraction[length] == '0'; length--)
            {
                shorter.Add(fraction[..length]);
            }
        }

        Pattern behind = Pattern.AnyOf(Pattern.Sequence(Pattern.Strings(fractions), Zeros), Pattern.Strings(shorter));
        return Pattern.Sequence(Pattern.Optional(Minus), Whole, Pattern.Optional(Pattern.Sequence(Point, behind)));
    }

    /// <summary>Numbers that are not whole.</summary>
    public static Pattern NotWhole { get; } =
        Pattern.Sequence(Pattern.Optional(Minus), Whole, Point, Digits, NonZero, Digits);

    /// <summary>Whole numbers whose sum of digits is a multiple of 3, without regard to their form otherwise.</summary>
    public static Pattern MultiplesOf3 { get; } = MakeMultiplesOf3();

    /// <summary>Whole numbers whose last digits are among some, and zero.</summary>
    /// <param name="endings">All of one length.</param>
    /// <param name="shorter">The numbers with fewer digits, without zero.</param>
    public static Pattern EndingWith(IReadOnlyList<string> endings, IReadOnlyList<string> shorter) => Pattern.AnyOf(
        Pattern.Literal("0"),
        Pattern.Sequence(Pattern.Optional(Minus), Pattern.AnyOf(
            Pattern.Strings(shorter),
            Pattern.Strings([.. endings.Where(ending => ending[0] != '0')]),
            Pattern.Sequence(PositiveWhole, Pattern.Strings(endings)))));

    /// <summary>All ways to write one number here.</summary>
    public static Pattern Spellings(JsonDecimal value)
    {
        Pattern sign = value.Digits.Sign < 0 ? Minus : Pattern.Empty;
        (string whole, string fraction) = value.Split();
        Pattern tail = fraction.Length == 0
            ? Pattern.Optional(Pattern.Sequence(Point, Pattern.Repeat(Pattern.Literal("0"), 1, null)))
            : Pattern.Sequence(Point, Pattern.Literal(fraction), Zeros);
        Pattern plain = Pattern.Sequence(sign, Pattern.Literal(whole), tail);
        string digits = BigInteger.Abs(value.Digits).ToString(CultureInfo.InvariantCulture);
        int exponent = digits.Length - 1 + value.Exponent;
        Pattern mantissa = digits.Length == 1
            ? Pattern.Sequence(Pattern.Literal(digits), Pattern.Optional(Pattern.Sequence(Point, Pattern.Repeat(Pattern.Literal("0"), 1, null))))
            : Pattern.Sequence(Pattern.Literal($"{digits[0]}.{digits[1..]}"), Zeros);
        Pattern scientific = Pattern.Sequence(sign, mantissa, Pattern.Literal("e" + exponent.ToString("+0;-0", CultureInfo.InvariantCulture)));
        return Pattern.AnyOf(plain, scientific);
    }

    /// <summary>The automaton of the remainders 0, 1 and 2 as a regular expression: remainder 1 taken out first, then 2.</summary>
    private static Pattern MakeMultiplesOf3()
    {
        Pattern zero = Pattern.Repeat(Pattern.Chars(CodePointSet.Of("0369")), 0, null);
        Pattern one = Pattern.Chars(CodePointSet.Of("147"));
        Pattern two = Pattern.Chars(CodePointSet.Of("258"));
        Pattern from0To0 = Pattern.AnyOf(Pattern.Chars(CodePointSet.Of("0369")), Pattern.Sequence(one, zero, two));
        Pattern from0To2 = Pattern.AnyOf(two, Pattern.Sequence(one, zero, one));
        Pattern from2To2 = Pattern.AnyOf(Pattern.Chars(CodePointSet.Of("0369")), Pattern.Sequence(two, zero, one));
        Pattern from2To0 = Pattern.AnyOf(one, Pattern.Sequence(two, zero, two));
        Pattern round = Pattern.AnyOf(from0To0, Pattern.Sequence(from0To2, Pattern.Repeat(from2To2, 0, null), from2To0));
        return Pattern.Sequence(Pattern.Optional(Minus), Pattern.Repeat(round, 1, null));
    }

    /// <summary>Numbers without sign between bounds that are not negative.</summary>
    private static Pattern Magnitudes(bool isWhole, BoundClaim? lower, BoundClaim? upper, bool isMirrored)
    {
        // A mirrored upper bound was a lower one; only its value and whether it is exclusive matter from here on.
        if (upper is not null && (upper.Bound.Digits.Sign < 0 || (upper.Bound.Digits.IsZero && (upper.IsExclusive || isMirrored))))
        {
            return Pattern.Never;
        }

        if (isWhole)
        {
            BigInteger least = lower is null ? 0 : lower.IsExclusive ? lower.Bound.Floor + 1 : lower.Bound.Ceiling;
            BigInteger? greatest = upper is null ? null : upper.IsExclusive ? upper.Bound.Ceiling - 1 : upper.Bound.Floor;
            return greatest < least || JsonDecimal.Of(least) >= LeastUnwritten ? Pattern.Never
                : Pattern.AllOf([Whole, .. least.IsZero ? [] : new[] { AtLeast(JsonDecimal.Of(least), false, false) },
                    .. greatest is null || JsonDecimal.Of(greatest.Value) >= LeastUnwritten ? [] : new[] { AtMost(JsonDecimal.Of(greatest.Value), false, false) }]);
        }

        // Numbers written plainly are below 10^64: a greater upper bound says nothing of them, a greater lower one excludes them.
        List<Pattern> plain = lower is not null && lower.Bound >= LeastUnwritten ? [Pattern.Never] : [Pattern.Sequence(Whole, Fraction)];
        if (plain[0] != Pattern.Never && lower is not null && (lower.IsExclusive || !lower.Bound.Digits.IsZero))
        {
            plain.Add(lower.Bound.Digits.IsZero ? Pattern.Not(Zero()) : AtLeast(lower.Bound, lower.IsExclusive, true));
        }

        if (upper is not null && upper.Bound < LeastUnwritten)
        {
            plain.Add(AtMost(upper.Bound, upper.IsExclusive, true));
        }

        bool hasHuge = (lower is null || lower.Bound <= LeastHuge) && (upper is null || upper.Bound >= new JsonDecimal(1, 308));
        bool hasTiny = (lower is null || lower.Bound.Digits.IsZero) && (upper is null || upper.Bound >= GreatestTiny);
        return Pattern.AnyOf([Pattern.AllOf(plain), .. hasHuge ? [Huge] : Array.Empty<Pattern>(), .. hasTiny ? [Tiny] : Array.Empty<Pattern>()]);
    }

    private static Pattern Zero() => Pattern.Sequence(Pattern.Literal("0"), Pattern.Optional(Pattern.Sequence(Point, Zeros)));

    /// <summary>Plain numbers not below a positive bound, without regard to their form otherwise.</summary>
    private static Pattern AtLeast(JsonDecimal bound, bool isExclusive, bool hasFraction)
    {
        (string whole, string fraction) = bound.Split();
        Pattern any = hasFraction ? Fraction : Pattern.Empty;
        List<Pattern> options = [Pattern.Sequence(NonZero, Pattern.Repeat(Digit, whole.Length, null), any)];
        for (int i = 0; i < whole.Length; i++)
        {
            options.Add(Pattern.Sequence(Pattern.Literal(whole[..i]), Above(whole[i]), Pattern.Repeat(Digit, whole.Length - i - 1, whole.Length - i - 1), any));
        }

        if (!hasFraction)
        {
            options.Add(Pattern.Literal(whole));
            return Pattern.AnyOf(options);
        }

        for (int i = 0; i < fraction.Length; i++)
        {
            options.Add(Pattern.Sequence(Pattern.Literal($"{whole}.{fraction[..i]}"), Above(fraction[i]), Digits));
        }

        Pattern equal = Pattern.Literal(fraction.Length == 0 ? whole : $"{whole}.{fraction}");
        Pattern more = fraction.Length == 0 ? Point : Pattern.Empty;
        options.Add(Pattern.Sequence(equal, more, Digits, NonZero, Digits));
        options.AddRange(isExclusive ? [] : [Pattern.Sequence(equal, fraction.Length == 0 ? Fraction : Digits)]);
        return Pattern.AnyOf(options);
    }

    /// <summary>Plain numbers not above a bound that is not negative, without regard to their form otherwise.</summary>
    private static Pattern AtMost(JsonDecimal bound, bool isExclusive, bool hasFraction)
    {
        (string whole, string fraction) = bound.Split();
        Pattern any = hasFraction ? Fraction : Pattern.Empty;
        List<Pattern> options = whole.Length > 1 ? [Pattern.Sequence(Pattern.Repeat(Digit, 1, whole.Length - 1), any)] : [];
        for (int i = 0; i < whole.Length; i++)
        {
            options.Add(Pattern.Sequence(Pattern.Literal(whole[..i]), Below(whole[i]), Pattern.Repeat(Digit, whole.Length - i - 1, whole.Length - i - 1), any));
        }

        if (fraction.Length > 0)
        {
            options.Add(Pattern.Literal(whole));
            for (int i = 0; i < fraction.Length; i++)
            {
                options.Add(Pattern.Sequence(Pattern.Literal($"{whole}.{fraction[..i]}"), Below(fraction[i]), Digits));
                options.AddRange(i == 0 ? [] : [Pattern.Literal($"{whole}.{fraction[..i]}")]);
            }

            options.AddRange(isExclusive ? [] : [Pattern.Sequence(Pattern.Literal($"{whole}.{fraction}"), Zeros)]);
        }
        else if (!isExclusive)
        {
            options.Add(hasFraction ? Pattern.Sequence(Pattern.Literal(whole), Pattern.Optional(Pattern.Sequence(Point, Zeros))) : Pattern.Literal(whole));
        }

        return Pattern.AnyOf(options);
    }

    private static Pattern Above(char digit) => digit == '9' ? Pattern.Never : Pattern.Chars(CodePointSet.Of((digit + 1, '9')));

    private static Pattern Below(char digit) => digit == '0' ? Pattern.Never : Pattern.Chars(CodePointSet.Of(('0', digit - 1)));

    /// <summary>Numbers of equal length whose digits lie between each other place by place.</summary>
    private static Pattern Range(string first, string last) => Pattern.Sequence([.. first.Zip(last, (low, high) => Pattern.Chars(CodePointSet.Of((low, high))))]);
}
