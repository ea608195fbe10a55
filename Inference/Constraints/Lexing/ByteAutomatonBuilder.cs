using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Turns an automaton over code points into one over the bytes of their encoding. States inside a character are shared wherever
/// the same continuations lead to the same places. Belongs to one compilation.
/// </summary>
internal sealed class ByteAutomatonBuilder
{
    private const byte Backslash = (byte)'\\';

    private readonly CodePointAutomaton _source;
    private readonly TextEncoding _encoding;
    private readonly CompileBudget _budget;
    private readonly List<List<ByteStep>> _rows = [];
    private readonly List<bool> _accepting = [];
    private readonly List<bool> _boundary = [];
    private readonly Dictionary<StepKey, int> _inside = [];
    private readonly Dictionary<StepKey, List<ByteStep>> _leads = [];
    private readonly int _firstBoundary;
    private readonly byte _quote;

    private ByteAutomatonBuilder(CodePointAutomaton source, TextEncoding encoding, CompileBudget budget)
    {
        _source = source;
        _encoding = encoding;
        _budget = budget;
        _firstBoundary = encoding == TextEncoding.Utf8 ? 0 : 2;
        _quote = (byte)(encoding == TextEncoding.SingleQuoted ? '\'' : '"');
    }

    private enum Part
    {
        Lead,
        Continuation,
        Escape,
        Digit,
        Unit,
        PairBackslash,
        PairLetter,
        PairFirstDigit,
        PairSecondDigit,
    }

    /// <summary>
    /// Builds it.
    /// </summary>
    /// <returns>Null when the budget is used up, which then says why.</returns>
    public static ByteAutomaton? Build(CodePointAutomaton source, TextEncoding encoding, CompileBudget budget) =>
        new ByteAutomatonBuilder(source, encoding, budget).Build();

    private ByteAutomaton? Build()
    {
        bool isQuoted = _encoding != TextEncoding.Utf8;
        if (isQuoted)
        {
            // 0: before the opening quote, 1: behind the closing one.
            AddState(isAccepting: false, isBoundary: false).Add(new ByteStep(_quote, _quote, _firstBoundary));
            AddState(isAccepting: true, isBoundary: false);
        }

        foreach (bool accepting in _source.Accepting)
        {
            AddState(accepting && !isQuoted, isBoundary: true);
        }

        for (int state = 0; state < _source.Rows.Count; state++)
        {
            AddCharacters(_rows[_firstBoundary + state], Clip(_source.Rows[state]), isQuoted && _source.Accepting[state]);
            if (_rows.Count > _budget.Limits.MaxStates * 4)
            {
                _budget.GiveUp("A text of it needs too many states. Use smaller bounds of repetition inside the pattern, or fewer alternatives.");
            }

            if (!_budget.Grow(4 + (_rows[_firstBoundary + state].Count / 4)))
            {
                return null;
            }
        }

        return new ByteAutomaton(_rows, _accepting, _boundary, isQuoted);
    }

    private List<ByteStep> AddState(bool isAccepting, bool isBoundary)
    {
        List<ByteStep> row = [];
        _rows.Add(row);
        _accepting.Add(isAccepting);
        _boundary.Add(isBoundary);
        return row;
    }

    /// <summary>The steps without surrogates, with the numbers that their states have here.</summary>
    private CodePointStep[] Clip(CodePointStep[] steps)
    {
        var result = new List<CodePointStep>(steps.Length + 1);
        foreach (CodePointStep step in steps)
        {
            AddClipped(result, step, 0, 0xD7FF);
            AddClipped(result, step, 0xE000, CodePointSet.Last);
        }

        return [.. result];
    }

    private void AddClipped(List<CodePointStep> result, CodePointStep step, int first, int last)
    {
        first = Math.Max(first, step.First);
        last = Math.Min(last, step.Last);
        if (first <= last)
        {
            result.Add(new CodePointStep(first, last, step.Target + _firstBoundary));
        }
    }

    private void AddCharacters(List<ByteStep> row, CodePointStep[] steps, bool mayClose)
    {
        bool isQuoted = _encoding != TextEncoding.Utf8;
        foreach (CodePointStep step in steps)
        {
            if (step.First > 0x7F)
            {
                break;
            }

            int last = Math.Min(step.Last, 0x7F);
            if (!isQuoted)
            {
                row.Add(new ByteStep((byte)step.First, (byte)last, step.Target));
                continue;
            }

            AddRaw(row, step, 0x20, _quote - 1);
            AddRaw(row, step, _quote + 1, Backslash - 1);
            AddRaw(row, step, Backslash + 1, 0x7F);
        }

        if (mayClose)
        {
            row.Add(new ByteStep(_quote, _quote, 1));
        }

        if (isQuoted && Escape(steps) is { } escape)
        {
            row.Add(new ByteStep(Backslash, Backslash, escape));
        }

        row.Sort(static (left, right) => left.First.CompareTo(right.First));
        CodePointStep[] high = Slice(steps, 0x80, CodePointSet.Last);
        var key = new StepKey((int)Part.Lead, 0, high);
        if (!_leads.TryGetValue(key, out List<ByteStep>? leads))
        {
            leads = Leads(high);
            _leads.Add(key, leads);
        }

        row.AddRange(leads);
    }

    private static void AddRaw(List<ByteStep> row, CodePointStep step, int first, int last)
    {
        first = Math.Max(first, step.First);
        last = Math.Min(last, step.Last);
        if (first <= last)
        {
            row.Add(new ByteStep((byte)first, (byte)last, step.Target));
        }
    }

    private List<ByteStep> Leads(CodePointStep[] steps)
    {
        var row = new List<ByteStep>();
        for (int lead = 0xC2; lead <= 0xF4; lead++)
        {
            (int continuations, int first, int least) = lead switch
            {
                < 0xE0 => (1, (lead & 0x1F) << 6, 0x80),
                < 0xF0 => (2, (lead & 0xF) << 12, 0x800),
                _ => (3, (lead & 7) << 18, 0x10000),
            };
            AddBlock(row, (byte)lead, Continuation(continuations, first, Slice(steps, Math.Max(first, least), first + (1 << (6 * continuations)) - 1)));
        }

        return row;
    }

    /// <summary>The state before some continuation bytes; null when they lead nowhere.</summary>
    private int? Continuation(int count, int first, CodePointStep[] steps)
    {
        if (steps.Length == 0)
        {
            return null;
        }

        var key = new StepKey((int)Part.Continuation, count, Relative(steps, first));
        if (_inside.TryGetValue(key, out int known))
        {
            return known;
        }

        var row = new List<ByteStep>();
        int size = 1 << (6 * (count - 1));
        for (int block = 0; block < 64; block++)
        {
            int start = first + (block * size);
            CodePointStep[] part = Slice(steps, start, start + size - 1);
            AddBlock(row, (byte)(0x80 | block), count > 1 ? Continuation(count - 1, start, part) : part.Length == 0 ? null : part[0].Target);
        }

        return AddInside(key, row);
    }

    /// <summary>The state behind a backslash; null when no escape leads on.</summary>
    private int? Escape(CodePointStep[] steps)
    {
        var key = new StepKey((int)Part.Escape, 0, steps);
        if (_inside.TryGetValue(key, out int known))
        {
            return known;
        }

        var row = new List<ByteStep>();
        bool isPlain = _encoding == TextEncoding.JsonStringPlain;
        foreach ((char letter, int point) in (ReadOnlySpan<(char, int)>)[((char)_quote, _quote), ('\\', '\\'), ('/', '/'), ('b', 8), ('f', 12), ('n', 10), ('r', 13), ('t', 9)])
        {
            if (!(isPlain && letter == '/') && Find(steps, point) is { } target)
            {
                row.Add(new ByteStep((byte)letter, (byte)letter, target));
            }
        }

        CodePointStep[] spelled = isPlain
            ? [.. Slice(steps, 0, 7), .. Slice(steps, 11, 11), .. Slice(steps, 14, 31)]
            : steps;
        if (Unit(4, 0, spelled) is { } digits)
        {
            row.Add(new ByteStep((byte)'u', (byte)'u', digits));
        }

        row.Sort(static (left, right) => left.First.CompareTo(right.First));
        return row.Count == 0 ? null : AddInside(key, row);
    }

    /// <summary>The state before the last digits of a UTF-16 unit.</summary>
    private int? Unit(int digits, int first, CodePointStep[] steps)
    {
        int last = first + (1 << (4 * digits)) - 1;
        CodePointStep[] own = Slice(steps, first, last);
        int firstHigh = Math.Max(first, 0xD800);
        int lastHigh = Math.Min(last, 0xDBFF);
        if (firstHigh > lastHigh)
        {
            return Digits(digits, first, own);
        }

        CodePointStep[] pairs = Slice(steps, 0x10000 + ((firstHigh - 0xD800) << 10), 0x10000 + ((lastHigh - 0xD800) << 10) + 0x3FF);
        if (own.Length + pairs.Length == 0)
        {
            return null;
        }

        var key = new StepKey((int)Part.Unit + (first << 8), digits, [.. own, .. pairs]);
        if (_inside.TryGetValue(key, out int known))
        {
            return known;
        }

        var row = new List<ByteStep>();
        for (int digit = 0; digit < 16; digit++)
        {
            int start = first + (digit << (4 * (digits - 1)));
            AddDigit(row, digit, digits > 1 ? Unit(digits - 1, start, steps) : LastDigit(start, steps));
        }

        return AddInside(key, Sorted(row));
    }

    private int? LastDigit(int unit, CodePointStep[] steps)
    {
        if (unit is < 0xD800 or > 0xDBFF)
        {
            return Find(steps, unit);
        }

        int first = 0x10000 + ((unit - 0xD800) << 10);
        return Pair(Part.PairBackslash, first, Slice(steps, first, first + 0x3FF));
    }

    /// <summary>A state on the way from the first half of a surrogate pair to the last two digits of the second.</summary>
    private int? Pair(Part part, int first, CodePointStep[] steps)
    {
        if (steps.Length == 0)
        {
            return null;
        }

        var key = new StepKey((int)part, 0, Relative(steps, first));
        if (_inside.TryGetValue(key, out int known))
        {
            return known;
        }

        var row = new List<ByteStep>();
        switch (part)
        {
            case Part.PairBackslash:
                AddBlock(row, Backslash, Pair(Part.PairLetter, first, steps));
                break;
            case Part.PairLetter:
                AddBlock(row, (byte)'u', Pair(Part.PairFirstDigit, first, steps));
                break;
            case Part.PairFirstDigit:
                AddDigit(row, 0xD, Pair(Part.PairSecondDigit, first, steps));
                break;
            default:
                for (int digit = 0xC; digit < 16; digit++)
                {
                    int start = first + ((digit - 0xC) << 8);
                    AddDigit(row, digit, Digits(2, start, Slice(steps, start, start + 0xFF)));
                }

                break;
        }

        return AddInside(key, Sorted(row));
    }

    /// <summary>The state before the last hexadecimal digits of a code point.</summary>
    private int? Digits(int count, int first, CodePointStep[] steps)
    {
        if (steps.Length == 0)
        {
            return null;
        }

        var key = new StepKey((int)Part.Digit, count, Relative(steps, first));
        if (_inside.TryGetValue(key, out int known))
        {
            return known;
        }

        var row = new List<ByteStep>();
        int size = 1 << (4 * (count - 1));
        for (int digit = 0; digit < 16; digit++)
        {
            int start = first + (digit * size);
            CodePointStep[] part = Slice(steps, start, start + size - 1);
            AddDigit(row, digit, count > 1 ? Digits(count - 1, start, part) : part.Length == 0 ? null : part[0].Target);
        }

        return AddInside(key, Sorted(row));
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
        if (_encoding != TextEncoding.JsonStringPlain)
        {
            row.Add(new ByteStep((byte)('A' + digit - 10), (byte)('A' + digit - 10), state));
        }
    }

    private int AddInside(StepKey key, List<ByteStep> row)
    {
        int state = _rows.Count;
        AddState(isAccepting: false, isBoundary: false).AddRange(row);
        _inside.Add(key, state);
        _budget.Grow(row.Count + key.Steps.Length);
        return state;
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

    private static void AddBlock(List<ByteStep> row, byte value, int? target)
    {
        if (target is not { } state)
        {
            return;
        }

        if (row.Count > 0 && row[^1].Target == state && row[^1].Last + 1 == value)
        {
            row[^1] = row[^1] with { Last = value };
            return;
        }

        row.Add(new ByteStep(value, value, state));
    }

    private static int? Find(CodePointStep[] steps, int point)
    {
        CodePointStep[] found = Slice(steps, point, point);
        return found.Length == 0 ? null : found[0].Target;
    }

    /// <summary>The steps of a range of code points.</summary>
    private static CodePointStep[] Slice(CodePointStep[] steps, int first, int last)
    {
        int low = 0;
        int high = steps.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (steps[middle].Last < first)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        int end = low;
        while (end < steps.Length && steps[end].First <= last)
        {
            end++;
        }

        if (low == end)
        {
            return [];
        }

        CodePointStep[] result = steps[low..end];
        result[0] = result[0] with { First = Math.Max(first, result[0].First) };
        result[^1] = result[^1] with { Last = Math.Min(last, result[^1].Last) };
        return result;
    }

    private static CodePointStep[] Relative(CodePointStep[] steps, int first) =>
        Array.ConvertAll(steps, step => new CodePointStep(step.First - first, step.Last - first, step.Target));

    /// <summary>What makes two states inside a character the same.</summary>
    private readonly record struct StepKey(int Part, int Level, CodePointStep[] Steps)
    {
        public bool Equals(StepKey other) => Part == other.Part && Level == other.Level && Steps.AsSpan().SequenceEqual(other.Steps);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Part);
            hash.Add(Level);
            foreach (CodePointStep step in Steps)
            {
                hash.Add(step);
            }

            return hash.ToHashCode();
        }
    }
}
