namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>The states of an automaton over bytes while it is built; those inside a character are shared. Belongs to one compilation.</summary>
internal sealed class ByteStates(CompileBudget budget)
{
    private readonly Dictionary<StepKey, int> _inside = [];

    /// <summary>For each state the bytes that lead on.</summary>
    public List<List<ByteStep>> Rows { get; } = [];

    /// <summary>For each state whether the text may end there.</summary>
    public List<bool> Accepting { get; } = [];

    /// <summary>For each state whether a character has just been completed on the way into it.</summary>
    public List<bool> Boundary { get; } = [];

    /// <summary>Adds a state.</summary>
    /// <returns>Its row, still empty.</returns>
    public List<ByteStep> Add(bool isAccepting, bool isBoundary)
    {
        List<ByteStep> row = [];
        Rows.Add(row);
        Accepting.Add(isAccepting);
        Boundary.Add(isBoundary);
        return row;
    }

    /// <summary>The state inside a character that is known by a key.</summary>
    public bool TryGetInside(StepKey key, out int state) => _inside.TryGetValue(key, out state);

    /// <summary>Adds a state inside a character.</summary>
    public int AddInside(StepKey key, List<ByteStep> row)
    {
        int state = Rows.Count;
        Add(isAccepting: false, isBoundary: false).AddRange(row);
        _inside.Add(key, state);
        budget.Grow(row.Count + key.Steps.Length);
        return state;
    }

    /// <summary>Adds a step behind the others of a row, which its byte follows.</summary>
    /// <param name="row">The row.</param>
    /// <param name="value">The byte.</param>
    /// <param name="target">Where it leads; null adds nothing.</param>
    public static void AddStep(List<ByteStep> row, byte value, int? target)
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
}
