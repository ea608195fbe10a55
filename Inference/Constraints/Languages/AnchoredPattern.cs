using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Languages;

/// <summary>
/// A part of a regular expression, in up to four variants: bound to the start of the text or not, to its end or not. Immutable.
/// </summary>
internal sealed class AnchoredPattern
{
    private const int AtStart = 1;
    private const int AtEnd = 2;

    private readonly Pattern[] _variants;

    private AnchoredPattern(Pattern[] variants) => _variants = variants;

    /// <summary>The anchor of the start.</summary>
    public static AnchoredPattern Start { get; } = Of(Pattern.Empty, AtStart);

    /// <summary>The anchor of the end.</summary>
    public static AnchoredPattern End { get; } = Of(Pattern.Empty, AtEnd);

    /// <summary>Whether it says nothing of the ends of the text.</summary>
    public bool IsFree => Array.TrueForAll(_variants[1..], variant => variant.Kind == PatternKind.Never);

    /// <summary>The variant that is bound nowhere.</summary>
    public Pattern Free => _variants[0];

    /// <summary>A pattern bound nowhere.</summary>
    public static AnchoredPattern Of(Pattern pattern) => Of(pattern, 0);

    /// <summary>One after the other.</summary>
    public static AnchoredPattern Sequence(IReadOnlyList<AnchoredPattern> parts)
    {
        if (parts.All(part => part.IsFree))
        {
            return Of(Pattern.Sequence([.. parts.Select(part => part.Free)]));
        }

        AnchoredPattern result = Of(Pattern.Empty);
        foreach (AnchoredPattern part in parts)
        {
            result = Sequence(result, part);
        }

        return result;
    }

    /// <summary>One of them.</summary>
    public static AnchoredPattern AnyOf(IReadOnlyList<AnchoredPattern> parts)
    {
        var variants = new Pattern[4];
        for (int flags = 0; flags < 4; flags++)
        {
            int variant = flags;
            variants[flags] = Pattern.AnyOf([.. parts.Select(part => part._variants[variant]).Where(pattern => pattern.Kind != PatternKind.Never)]);
        }

        return new AnchoredPattern(variants);
    }

    /// <summary>The texts in which it is found.</summary>
    public Pattern ToPattern(RegexMode mode)
    {
        if (mode == RegexMode.Whole)
        {
            return Pattern.AnyOf([.. _variants.Where(variant => variant.Kind != PatternKind.Never)]);
        }

        var found = new List<Pattern>();
        for (int flags = 0; flags < 4; flags++)
        {
            if (_variants[flags].Kind != PatternKind.Never)
            {
                Pattern before = (flags & AtStart) != 0 ? Pattern.Empty : Pattern.AnyText;
                Pattern behind = (flags & AtEnd) != 0 ? Pattern.Empty : Pattern.AnyText;
                found.Add(Pattern.Sequence(before, _variants[flags], behind));
            }
        }

        return Pattern.AnyOf(found);
    }

    private static AnchoredPattern Of(Pattern pattern, int flags)
    {
        Pattern[] variants = [Pattern.Never, Pattern.Never, Pattern.Never, Pattern.Never];
        variants[flags] = pattern;
        return new AnchoredPattern(variants);
    }

    private static AnchoredPattern Sequence(AnchoredPattern left, AnchoredPattern right)
    {
        Pattern[] variants = [Pattern.Never, Pattern.Never, Pattern.Never, Pattern.Never];
        for (int first = 0; first < 4; first++)
        {
            for (int second = 0; second < 4; second++)
            {
                // Behind the end of the text, and before its start, there is only the empty text.
                Pattern before = (second & AtStart) != 0 ? EmptyPart(left._variants[first]) : left._variants[first];
                Pattern behind = (first & AtEnd) != 0 ? EmptyPart(right._variants[second]) : right._variants[second];
                if (before.Kind != PatternKind.Never && behind.Kind != PatternKind.Never)
                {
                    Pattern both = before.Kind == PatternKind.Empty ? behind : behind.Kind == PatternKind.Empty ? before : Pattern.Sequence(before, behind);
                    variants[first | second] = variants[first | second].Kind == PatternKind.Never ? both : Pattern.AnyOf(variants[first | second], both);
                }
            }
        }

        return new AnchoredPattern(variants);
    }

    private static Pattern EmptyPart(Pattern pattern) => IsNullable(pattern) ? Pattern.Empty : Pattern.Never;

    private static bool IsNullable(Pattern pattern) => pattern.Kind switch
    {
        PatternKind.Empty => true,
        PatternKind.Never or PatternKind.Chars => false,
        PatternKind.Strings => pattern.Texts.Contains(""),
        PatternKind.Sequence or PatternKind.AllOf => pattern.Parts.All(IsNullable),
        PatternKind.AnyOf => pattern.Parts.Any(IsNullable),
        PatternKind.Not => !IsNullable(pattern.Parts[0]),
        _ => pattern.Min == 0 || IsNullable(pattern.Parts[0]),
    };
}
