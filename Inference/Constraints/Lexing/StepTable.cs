using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>The steps of an automaton over bytes, laid out to be taken quickly. Immutable but for what it notes of its states; any thread.</summary>
internal sealed class StepTable
{
    // From this many ranges on a row is a table of 256 states. Below, looking through the ranges is as quick.
    private const int TableRanges = 8;

    private readonly int[] _tables;
    private readonly int[] _tableOf;
    private readonly int[] _rangeStarts;
    private readonly ByteStep[] _ranges;
    private readonly Folding[] _foldings;

    /// <summary>Lays out the steps.</summary>
    public StepTable(ByteAutomaton automaton)
    {
        _foldings = new Folding[automaton.Rows.Count];
        _tableOf = new int[automaton.Rows.Count];
        _rangeStarts = new int[automaton.Rows.Count + 1];
        var ranges = new List<ByteStep>();
        var tables = new List<int>();
        for (int state = 0; state < automaton.Rows.Count; state++)
        {
            _rangeStarts[state] = ranges.Count;
            _tableOf[state] = -1;
            if (automaton.Rows[state].Count <= TableRanges)
            {
                ranges.AddRange(automaton.Rows[state]);
                continue;
            }

            _tableOf[state] = tables.Count;
            int[] table = new int[256];
            Array.Fill(table, -1);
            foreach (ByteStep step in automaton.Rows[state])
            {
                table.AsSpan(step.First, step.Last - step.First + 1).Fill(step.Target);
            }

            tables.AddRange(table);
        }

        _rangeStarts[^1] = ranges.Count;
        _ranges = [.. ranges];
        _tables = [.. tables];
    }

    /// <summary>Whether a state treats bytes of one fold alike.</summary>
    private enum Folding : byte
    {
        Unknown,
        Same,
        Different,
    }

    /// <summary>Bytes of the tables, about.</summary>
    public long Bytes => (4L * _tables.Length) + (8L * _ranges.Length) + (9L * _tableOf.Length);

    /// <summary>Whether any byte leads on from a state.</summary>
    public bool HasNext(int state) => _tableOf[state] >= 0 || _rangeStarts[state] < _rangeStarts[state + 1];

    /// <summary>The state behind a byte; -1 when there is none.</summary>
    public int Next(int state, byte value)
    {
        int table = _tableOf[state];
        if (table >= 0)
        {
            return _tables[table + value];
        }

        for (int i = _rangeStarts[state]; i < _rangeStarts[state + 1]; i++)
        {
            if (value <= _ranges[i].Last)
            {
                return value >= _ranges[i].First ? _ranges[i].Target : -1;
            }
        }

        return -1;
    }

    /// <summary>Whether bytes of one fold (<see cref="ByteFolds"/>) lead to the same state. Found at the first call for a state.</summary>
    public bool FoldsBytes(int state)
    {
        // Two threads may find the same at once.
        Folding known = _foldings[state];
        if (known == Folding.Unknown)
        {
            known = TreatsFoldsAlike(state) ? Folding.Same : Folding.Different;
            _foldings[state] = known;
        }

        return known == Folding.Same;
    }

    /// <summary>
    /// The next bytes from one on that all lead to the same state.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <param name="from">0 to 256.</param>
    /// <param name="step">The bytes and where they lead.</param>
    /// <returns>False when no byte from there on leads anywhere.</returns>
    public bool TryGetStep(int state, int from, out ByteStep step)
    {
        int table = _tableOf[state];
        if (table < 0)
        {
            for (int i = _rangeStarts[state]; i < _rangeStarts[state + 1]; i++)
            {
                if (_ranges[i].Last >= from)
                {
                    step = _ranges[i] with { First = (byte)Math.Max(from, _ranges[i].First) };
                    return true;
                }
            }

            step = default;
            return false;
        }

        ReadOnlySpan<int> row = _tables.AsSpan(table, 256);
        int first = from == 256 ? -1 : row[from..].IndexOfAnyExcept(-1);
        if (first < 0)
        {
            step = default;
            return false;
        }

        first += from;
        int length = row[first..].IndexOfAnyExcept(row[first]);
        step = new ByteStep((byte)first, (byte)((length < 0 ? 256 : first + length) - 1), row[first]);
        return true;
    }

    private bool TreatsFoldsAlike(int state)
    {
        foreach ((byte first, byte last) in ByteFolds.Ranges)
        {
            int target = Next(state, first);
            for (int value = first + 1; value <= last; value++)
            {
                if (Next(state, (byte)value) != target)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
