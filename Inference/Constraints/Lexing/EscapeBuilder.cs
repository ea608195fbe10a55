using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Builds the states of characters that are written as escapes (RFC 8259, section 7), those outside the basic plane as a surrogate
/// pair. Belongs to one compilation.
/// </summary>
/// <param name="states">Receives the states.</param>
/// <param name="encoding">One with quotes.</param>
/// <param name="quote">The quote, which may be escaped.</param>
internal sealed class EscapeBuilder(ByteStates states, TextEncoding encoding, byte quote)
{
    private const byte Backslash = (byte)'\\';

    private enum Part
    {
        Escape = 1,
        Digit,
        Unit,
        PairBackslash,
        PairLetter,
        PairFirstDigit,
        PairSecondDigit,
    }

    /// <summary>The state behind a backslash; null when no escape leads on.</summary>
    public int? Escape(CodePointStep[] steps)
    {
        var key = new StepKey((int)Part.Escape, 0, steps);
        if (states.TryGetInside(key, out int known))
        {
            return known;
        }

        var row = new List<ByteStep>();
        bool isPlain = encoding == TextEncoding.JsonStringPlain;
        foreach ((char letter, int point) in (ReadOnlySpan<(char, int)>)[((char)quote, quote), ('\\', '\\'), ('/', '/'), ('b', 8), ('f', 12), ('n', 10), ('r', 13), ('t', 9)])
        {
            if (!(isPlain && letter == '/') && CodePointSteps.Find(steps, point) is { } target)
            {
                row.Add(new ByteStep((byte)letter, (byte)letter, target));
            }
        }

        CodePointStep[] spelled = isPlain
            ? [.. CodePointSteps.Slice(steps, 0, 7), .. CodePointSteps.Slice(steps, 11, 11), .. CodePointSteps.Slice(steps, 14, 31)]
            : steps;
        if (Unit(4, 0, spelled) is { } digits)
        {
            row.Add(new ByteStep((byte)'u', (byte)'u', digits));
        }

        row.Sort(static (left, right) => left.First.CompareTo(right.First));
        return row.Count == 0 ? null : states.AddInside(key, row);
    }

    /// <summary>The state before the last digits of a UTF-16 unit.</summary>
    private int? Unit(int digits, int first, CodePointStep[] steps)
    {
        int last = first + (1 << (4 * digits)) - 1;
        CodePointStep[] own = CodePointSteps.Slice(steps, first, last);
        int firstHigh = Math.Max(first, 0xD800);
        int lastHigh = Math.Min(last, 0xDBFF);
        if (firstHigh > lastHigh)
        {
            return Digits(digits, first, own);
        }

        CodePointStep[] pairs = CodePointSteps.Slice(steps, 0x10000 + ((firstHigh - 0xD800) << 10), 0x10000 + ((lastHigh - 0xD800) << 10) + 0x3FF);
        if (own.Length + pairs.Length == 0)
        {
            return null;
        }

        var key = new StepKey((int)Part.Unit + (first << 8), digits, [.. own, .. pairs]);
        if (states.TryGetInside(key, out int known))
        {
            return known;
        }

        var row = new List<ByteStep>();
        for (int digit = 0; digit < 16; digit++)
        {
            int start = first + (digit << (4 * (digits - 1)));
            AddDigit(row, digit, digits > 1 ? Unit(digits - 1, start, steps) : LastDigit(start, steps));
        }

        return states.AddInside(key, Sorted(row));
    }

    private int? LastDigit(int unit, CodePointStep[] steps)
    {
        if (unit is < 0xD800 or > 0xDBFF)
        {
            return CodePointSteps.Find(steps, unit);
        }

        int first = 0x10000 + ((unit - 0xD800) << 10);
        return Pair(Part.PairBackslash, first, CodePointSteps.Slice(steps, first, first + 0x3FF));
    }

    /// <summary>A state on the way from the first half of a surrogate pair to the last two digits of the second.</summary>
    private int? Pair(Part part, int first, CodePointStep[] steps)
    {
        if (steps.Length == 0)
        {
            return null;
        }

        var key = new StepKey((int)part, 0, CodePointSteps.Relative(steps, first));
        if (states.TryGetInside(key, out int known))
        {
            return known;
        }

        var row = new List<ByteStep>();
        switch (part)
        {
            case Part.PairBackslash:
                ByteStates.AddStep(row, Backslash, Pair(Part.PairLetter, first, steps));
                break;
            case Part.PairLetter:
                ByteStates.AddStep(row, (byte)'u', Pair(Part.PairFirstDigit, first, steps));
                break;
            case Part.PairFirstDigit:
                AddDigit(row, 0xD, Pair(Part.PairSecondDigit, first, steps));
                break;
            default:
                for (int digit = 0xC; digit < 16; digit++)
                {
                    int start = first + ((digit - 0xC) << 8);
                    AddDigit(row, digit, Digits(2, start, CodePointSteps.Slice(steps, start, start + 0xFF)));
                }

                break;
        }

        return states.AddInside(key, Sorted(row));
    }

    /// <summary>The state before the last hexadecimal digits of a code point.</summary>
    private int? Digits(int count, int first, CodePointStep[] steps)
    {
        if (steps.Length == 0)
        {
            return null;
        }

        var key = new StepKey((int)Part.Digit, count, CodePointSteps.Relative(steps, first));
        if (states.TryGetInside(key, out int known))
        {
            return known;
        }

        var row = new List<ByteStep>();
        int size = 1 << (4 * (count - 1));
        for (int digit = 0; digit < 16; digit++)
        {
            int start = first + (digit * size);
            CodePointStep[] part = CodePointSteps.Slice(steps, start, start + size - 1);
            AddDigit(row, digit, count > 1 ? Digits(count - 1, start, part) : part.Length == 0 ? null : part[0].Target);
        }

        return states.AddInside(key, Sorted(row));
    }

    private void AddDigit(List<ByteStep> row, int digit, int? target)
    {
        if (target is not { } state)
        {
            return;
        }

        if (digit < 10)
        {
            row.Add(new ByteStep((byte)('0' + digit), (byte)('0' + digit), state));
            return;
        }

        row.Add(new ByteStep((byte)('a' + digit - 10), (byte)('a' + digit - 10), state));
        if (encoding != TextEncoding.JsonStringPlain)
        {
            row.Add(new ByteStep((byte)('A' + digit - 10), (byte)('A' + digit - 10), state));
        }
    }

    private static List<ByteStep> Sorted(List<ByteStep> row)
    {
        row.Sort(static (left, right) => left.First.CompareTo(right.First));
        var merged = new List<ByteStep>(row.Count);
        foreach (ByteStep step in row)
        {
            if (merged.Count > 0 && merged[^1].Target == step.Target && merged[^1].Last + 1 == step.First)
            {
                merged[^1] = merged[^1] with { Last = step.Last };
            }
            else
            {
                merged.Add(step);
            }
        }

        return merged;
    }
}
