namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// For each state of an automaton, how many characters texts from there to an end may have: the exact set of lengths, which is
/// periodic from some length on. Immutable; any thread.
/// Source: the state sets at distance k of a finite automaton repeat (Chrobak normal form of unary automata).
/// </summary>
internal sealed class LengthSets
{
    private readonly (int First, int Last)[][] _ranges;
    private readonly int _tail;

    private LengthSets((int First, int Last)[][] ranges, int tail, int period)
    {
        _ranges = ranges;
        _tail = tail;
        Period = period;
    }

    /// <summary>Length from which on the sets are periodic.</summary>
    public int Tail => _tail;

    /// <summary>Bytes of the sets, about.</summary>
    public long Bytes => _ranges.Sum(static ranges => 24L + (8 * ranges.Length));

    /// <summary>Their period, at least 1.</summary>
    public int Period { get; }

    /// <summary>
    /// Computes the sets.
    /// </summary>
    /// <returns>Null when the budget is used up, which then says why.</returns>
    public static LengthSets? Create(ByteAutomaton automaton, CompileBudget budget)
    {
        int count = automaton.Rows.Count;
        List<(int Source, bool Counts)>[] reverse = Reverse(automaton);
        var ranges = new List<(int First, int Last)>[count];
        var seen = new Dictionary<(ulong, ulong, int), int>();
        var level = new List<int>();
        bool[] isMember = new bool[count];
        for (int state = 0; state < count; state++)
        {
            ranges[state] = [];
            if (automaton.Accepting[state])
            {
                isMember[state] = true;
                level.Add(state);
            }
        }

        for (int length = 0; ; length++)
        {
            Close(level, isMember, reverse);
            (ulong, ulong, int) key = Fingerprint(level);
            if (seen.TryGetValue(key, out int earlier))
            {
                return new LengthSets([.. ranges.Select(list => list.ToArray())], earlier, length - earlier);
            }

            seen.Add(key, length);
            foreach (int state in level)
            {
                AddLength(ranges[state], length);
            }

            level = Previous(level, isMember, reverse);
            if (!budget.Spend(count / 8 + level.Count + 1))
            {
                return null;
            }
        }
    }

    /// <summary>
    /// Whether a text from a state to an end may have a length in a range.
    /// </summary>
    /// <param name="state">State.</param>
    /// <param name="min">At least 0.</param>
    /// <param name="max">int.MaxValue means no limit.</param>
    public bool Any(int state, int min, int max)
    {
        if (max < min)
        {
            return false;
        }

        if (min < _tail && AnyDirect(state, min, Math.Min(max, _tail - 1)))
        {
            return true;
        }

        if (max < _tail)
        {
            return false;
        }

        int first = Math.Max(min, _tail);
        if (max - first >= Period - 1)
        {
            return AnyDirect(state, _tail, _tail + Period - 1);
        }

        int start = _tail + ((first - _tail) % Period);
        int end = start + (max - first);
        return end < _tail + Period
            ? AnyDirect(state, start, end)
            : AnyDirect(state, start, _tail + Period - 1) || AnyDirect(state, _tail, end - Period);
    }

    private bool AnyDirect(int state, int min, int max)
    {
        (int First, int Last)[] ranges = _ranges[state];
        int low = 0;
        int high = ranges.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (ranges[middle].Last < min)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < ranges.Length && ranges[low].First <= max;
    }

    private static List<(int Source, bool Counts)>[] Reverse(ByteAutomaton automaton)
    {
        var reverse = new List<(int Source, bool Counts)>[automaton.Rows.Count];
        for (int i = 0; i < reverse.Length; i++)
        {
            reverse[i] = [];
        }

        for (int source = 0; source < automaton.Rows.Count; source++)
        {
            foreach (ByteStep step in automaton.Rows[source])
            {
                if (reverse[step.Target].Count == 0 || reverse[step.Target][^1].Source != source)
                {
                    reverse[step.Target].Add((source, automaton.Counts(source, step.Target)));
                }
            }
        }

        return reverse;
    }

    /// <summary>Adds the states from which a member is reached without completing a character.</summary>
    private static void Close(List<int> level, bool[] isMember, List<(int Source, bool Counts)>[] reverse)
    {
        for (int i = 0; i < level.Count; i++)
        {
            foreach ((int source, bool counts) in reverse[level[i]])
            {
                if (!counts && !isMember[source])
                {
                    isMember[source] = true;
                    level.Add(source);
                }
            }
        }
    }

    /// <summary>The states from which a member is reached by completing a character.</summary>
    private static List<int> Previous(List<int> level, bool[] isMember, List<(int Source, bool Counts)>[] reverse)
    {
        var previous = new List<int>();
        foreach (int state in level)
        {
            isMember[state] = false;
        }

        foreach (int state in level)
        {
            foreach ((int source, bool counts) in reverse[state])
            {
                if (counts && !isMember[source])
                {
                    isMember[source] = true;
                    previous.Add(source);
                }
            }
        }

        return previous;
    }

    private static void AddLength(List<(int First, int Last)> ranges, int length)
    {
        if (ranges.Count > 0 && ranges[^1].Last == length - 1)
        {
            ranges[^1] = (ranges[^1].First, length);
            return;
        }

        ranges.Add((length, length));
    }

    private static (ulong, ulong, int) Fingerprint(List<int> level)
    {
        ulong sum = 0;
        ulong mixed = 0;
        foreach (int state in level)
        {
            ulong value = ((ulong)state + 1) * 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value ^= value >> 27;
            sum += value;
            mixed ^= value * 0x94D049BB133111EB;
        }

        return (sum, mixed, level.Count);
    }
}
