using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Turns an automaton over code points into one over the bytes of their encoding. States inside a character are shared wherever
/// the same continuations lead to the same places. Belongs to one compilation.
/// </summary>
internal sealed class ByteAutomatonBuilder
{
    private const byte Backslash = (byte)'\\';

    // Parts of keys; those of escapes come behind.
    private const int ContinuationPart = 0;

    private readonly CodePointAutomaton _source;
    private readonly TextEncoding _encoding;
    private readonly CompileBudget _budget;
    private readonly ByteStates _states;
    private readonly EscapeBuilder _escapes;
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
        _states = new ByteStates(budget);
        _escapes = new EscapeBuilder(_states, encoding, _quote);
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
            _states.Add(isAccepting: false, isBoundary: false).Add(new ByteStep(_quote, _quote, _firstBoundary));
            _states.Add(isAccepting: true, isBoundary: false);
        }

        foreach (bool accepting in _source.Accepting)
        {
            _states.Add(accepting && !isQuoted, isBoundary: true);
        }

        for (int state = 0; state < _source.Rows.Count; state++)
        {
            AddCharacters(_states.Rows[_firstBoundary + state], Clip(_source.Rows[state]), isQuoted && _source.Accepting[state]);
            if (_states.Rows.Count > _budget.Limits.MaxStates * 4)
            {
                _budget.GiveUp("A text of it needs too many states. Use smaller bounds of repetition inside the pattern, or fewer alternatives.");
            }

            if (!_budget.Grow(4 + (_states.Rows[_firstBoundary + state].Count / 4)))
            {
                return null;
            }
        }

        return new ByteAutomaton(_states.Rows, _states.Accepting, _states.Boundary, isQuoted);
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

        if (isQuoted && _escapes.Escape(steps) is { } escape)
        {
            row.Add(new ByteStep(Backslash, Backslash, escape));
        }

        row.Sort(static (left, right) => left.First.CompareTo(right.First));
        CodePointStep[] high = CodePointSteps.Slice(steps, 0x80, CodePointSet.Last);
        var key = new StepKey(0, 0, high);
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
            ByteStates.AddStep(row, (byte)lead, Continuation(continuations, first, CodePointSteps.Slice(steps, Math.Max(first, least), first + (1 << (6 * continuations)) - 1)));
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

        var key = new StepKey(ContinuationPart, count, CodePointSteps.Relative(steps, first));
        if (_states.TryGetInside(key, out int known))
        {
            return known;
        }

        var row = new List<ByteStep>();
        int size = 1 << (6 * (count - 1));
        for (int block = 0; block < 64; block++)
        {
            int start = first + (block * size);
            CodePointStep[] part = CodePointSteps.Slice(steps, start, start + size - 1);
            ByteStates.AddStep(row, (byte)(0x80 | block), count > 1 ? Continuation(count - 1, start, part) : part.Length == 0 ? null : part[0].Target);
        }

        return _states.AddInside(key, row);
    }
}
