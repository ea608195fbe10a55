using System.Globalization;
using System.Numerics;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>Puts together what several schemas say of one number. Belongs to one compilation.</summary>
internal sealed class NumberMerger(SchemaContext context)
{
    /// <summary>Most digits that decide whether a number is a multiple. Ours: 10,000 endings.</summary>
    private const int MostEndingDigits = 4;

    /// <summary>The number of a branch; null when there is none, or the schema is refused.</summary>
    public Alternative? Merge(Branch branch)
    {
        if (branch.Allowed is not null)
        {
            return ToTexts(branch.Allowed.Cast<JsonDecimal>().Where(value => Fits(branch, value)));
        }

        bool isWhole = branch.IsWhole == true || branch.Multiples.Exists(multiple => multiple.Divisor.IsInteger);
        if (isWhole && branch.IsWhole == false)
        {
            return null;
        }

        List<MultipleClaim> multiples = [.. branch.Multiples.Where(multiple => !IsImplied(multiple.Divisor, isWhole))];
        if (multiples.Count > 0 && ListMultiples(branch, multiples[0].Divisor) is { } listed)
        {
            return ToTexts(listed.Where(value => Fits(branch, value)));
        }

        List<Pattern> patterns = [NumberPatterns.Build(isWhole, branch.Lower, branch.Upper)];
        foreach (MultipleClaim multiple in multiples)
        {
            if (GetMultiples(multiple.Divisor) is { } pattern)
            {
                patterns.Add(pattern);
            }
            else if (!context.Drop(multiple.Source.Problem("multipleOf", $"multiples of {multiple.Divisor} are not enforced without close minimum and maximum")))
            {
                return null;
            }
        }

        patterns.AddRange(branch.IsWhole == false ? [NumberPatterns.NotWhole] : []);
        patterns.AddRange(branch.Excluded.Select(value => Pattern.Not(NumberPatterns.Spellings((JsonDecimal)value))));
        Pattern all = Pattern.AllOf(patterns);
        bool isFree = patterns.Count == 1 && branch.Lower is null && branch.Upper is null;
        return !isFree && context.Patterns.IsEmpty(all, 0, NumberPatterns.LongestText) ? null : new NumberAlternative(all);
    }

    private static bool IsImplied(JsonDecimal divisor, bool isWhole) => isWhole && JsonDecimal.Of(1).IsMultipleOf(divisor);

    private static TextsAlternative? ToTexts(IEnumerable<JsonDecimal> values)
    {
        string[] texts = [.. values.Order().Select(value => value.ToString())];
        return texts.Length == 0 ? null : new TextsAlternative(texts);
    }

    private static bool Fits(Branch branch, JsonDecimal value) =>
        (branch.IsWhole is null || branch.IsWhole == value.IsInteger)
        && (branch.Lower is null || (branch.Lower.IsExclusive ? value > branch.Lower.Bound : value >= branch.Lower.Bound))
        && (branch.Upper is null || (branch.Upper.IsExclusive ? value < branch.Upper.Bound : value <= branch.Upper.Bound))
        && branch.Multiples.TrueForAll(multiple => value.IsMultipleOf(multiple.Divisor))
        && !branch.Excluded.Contains(value);

    /// <summary>All multiples between the bounds; null when there are too many to list.</summary>
    private static List<JsonDecimal>? ListMultiples(Branch branch, JsonDecimal divisor)
    {
        if (branch.Lower is null || branch.Upper is null)
        {
            return null;
        }

        // In units of the smallest decimal place of all three.
        int place = Math.Min(divisor.Exponent, Math.Min(branch.Lower.Bound.Exponent, branch.Upper.Bound.Exponent));
        BigInteger step = Scale(divisor, place);
        BigInteger first = BigInteger.Divide(Scale(branch.Lower.Bound, place), step) - 1;
        BigInteger last = BigInteger.Divide(Scale(branch.Upper.Bound, place), step) + 1;
        if (last - first > SchemaLimits.ListedMultiples)
        {
            return null;
        }

        List<JsonDecimal> values = [];
        for (BigInteger factor = first; factor <= last; factor++)
        {
            values.Add(JsonDecimal.Of(factor * step, place));
        }

        return values;
    }

    private static BigInteger Scale(JsonDecimal value, int place) => value.Digits * BigInteger.Pow(10, value.Exponent - place);

    /// <summary>The multiples of a divisor; null when no pattern of sensible size says what they are.</summary>
    private static Pattern? GetMultiples(JsonDecimal divisor)
    {
        if (divisor.Exponent is < 0 and >= -MostEndingDigits && JsonDecimal.Of(1).IsMultipleOf(divisor))
        {
            int one = (int)Math.Pow(10, -divisor.Exponent);
            int part = (int)divisor.Digits;
            return NumberPatterns.WithFractions([.. Sequence.Range(0, one / part).Select(i => (i * part).ToString("D" + -divisor.Exponent, CultureInfo.InvariantCulture))]);
        }

        JsonDecimal third = JsonDecimal.Of(divisor.Digits / 3, divisor.Exponent);
        if (divisor.IsInteger && (divisor.Digits % 3).IsZero && GetMultiples(third) is { } rest && !(third.Digits % 3).IsZero)
        {
            return Pattern.AllOf(NumberPatterns.MultiplesOf3, rest);
        }

        for (int digits = 1; divisor.IsInteger && digits <= MostEndingDigits; digits++)
        {
            int range = (int)Math.Pow(10, digits);
            if (JsonDecimal.Of(range).IsMultipleOf(divisor))
            {
                int step = (int)divisor.Truncated;
                string[] endings = [.. Sequence.Range(0, range / step).Select(i => (i * step).ToString("D" + digits, CultureInfo.InvariantCulture))];
                string[] shorter = [.. endings.Where(ending => ending[0] == '0').Select(ending => ending.TrimStart('0')).Where(ending => ending.Length > 0)];
                return NumberPatterns.EndingWith(endings, shorter);
            }
        }

        return null;
    }
}
