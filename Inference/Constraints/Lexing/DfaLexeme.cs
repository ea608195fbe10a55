using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Texts of one automaton over bytes, if wanted with a range of lengths. Immutable but for its masks; any thread.
/// </summary>
internal sealed class DfaLexeme : Lexeme
{
    private readonly StepTable _steps;
    private readonly bool[] _accepting;
    private readonly bool[] _boundary;
    private readonly bool _isQuoted;
    private readonly int[] _distances;
    private readonly int[]? _labels;
    private readonly LengthSets? _lengths;
    private readonly int _longestToken;
    private readonly int[]? _equal;
    private readonly Dictionary<LexState, LexemeMask> _masks = [];
    private readonly Lock _lock = new();

    private DfaLexeme(ByteAutomaton automaton, int[] distances, int[]? labels, LengthSets? lengths, AnyText? anyText, int[]? equal, int longestToken)
    {
        AnyText = anyText;
        _equal = equal;
        _accepting = [.. automaton.Accepting];
        _boundary = [.. automaton.Boundary];
        _isQuoted = automaton.IsQuoted;
        _distances = distances;
        _labels = labels;
        _lengths = lengths;
        _longestToken = longestToken;
        _steps = new StepTable(automaton);
    }

    /// <inheritdoc/>
    public override bool IsNever => _distances[0] == int.MaxValue;

    /// <summary>Bytes of its tables, about.</summary>
    public long Bytes => _steps.Bytes + (12L * _accepting.Length) + (_lengths?.Bytes ?? 0);

    /// <summary>Any text in the same encoding; null when this is it, or has none.</summary>
    public AnyText? AnyText { get; }

    /// <summary>Whether states count characters.</summary>
    public bool IsCounted => _lengths is not null;

    /// <summary>Whether several texts are told apart.</summary>
    public bool HasLabels => _labels is not null;

    /// <summary>
    /// A language from its automaton.
    /// </summary>
    /// <param name="automaton">Its automaton; steps that lead nowhere are taken out of it.</param>
    /// <param name="isCounted">Whether states count characters.</param>
    /// <param name="anyText">Any text in the same encoding.</param>
    /// <param name="vocabulary">Bytes that can be written, and the longest token.</param>
    /// <param name="budget">What may be spent.</param>
    /// <returns>Null when the budget is used up, which then says why.</returns>
    public static DfaLexeme? Create(ByteAutomaton automaton, bool isCounted, AnyText? anyText, ConstraintVocabulary vocabulary, CompileBudget budget)
    {
        RemoveMissingBytes(automaton, vocabulary.Alphabet);
        int[] distances = Distances(automaton);
        foreach (List<ByteStep> row in automaton.Rows)
        {
            row.RemoveAll(step => distances[step.Target] == int.MaxValue);
        }

        LengthSets? lengths = isCounted ? LengthSets.Create(automaton, budget) : null;
        int[]? equal = anyText?.FindEqual(automaton, budget);
        if (isCounted)
        {
            // Here rather than on the engine's thread.
            anyText?.GetCounted(vocabulary);
        }

        return budget.IsExhausted ? null : new DfaLexeme(automaton, distances, null, lengths, anyText, equal, vocabulary.Trie.LongestToken);
    }

    /// <summary>
    /// Free text from the automaton that looks for its ends.
    /// </summary>
    /// <param name="automaton">Every byte leads on from every state but the accepting ones.</param>
    /// <param name="labels">For each state which end it is.</param>
    /// <param name="vocabulary">The longest token.</param>
    public static DfaLexeme CreateFree(ByteAutomaton automaton, int[] labels, ConstraintVocabulary vocabulary) =>
        new(automaton, Distances(automaton), labels, null, null, null, vocabulary.Trie.LongestToken);

    /// <summary>The first state.</summary>
    /// <param name="minLength">Least characters.</param>
    /// <param name="maxLength">Most characters, int.MaxValue without limit.</param>
    /// <returns>Null when no text has such a length.</returns>
    public LexState? GetStart(int minLength, int maxLength) =>
        IsNever || _lengths?.Any(0, minLength, maxLength) == false ? null : new LexState(0, minLength, maxLength);

    /// <summary>The state behind a byte, lengths left aside; -1 when there is none.</summary>
    public int Next(int state, byte value) => _steps.Next(state, value);

    /// <summary>Whether bytes of one fold (<see cref="ByteFolds"/>) lead to the same state.</summary>
    public bool FoldsBytes(int state) => _steps.FoldsBytes(state);

    /// <summary>The state of any text from which the same bytes lead to an end; -1 when there is none, or none is known.</summary>
    public int EqualTo(int state) => _equal is null ? -1 : _equal[state];

    /// <summary>Whether a state is known to allow the same as one of this or any text; -1 is no state.</summary>
    public bool IsEqual(int state, DfaLexeme other, int otherState) => otherState >= 0 && (ReferenceEquals(this, other) ? state : EqualTo(state)) == otherState;

    /// <inheritdoc/>
    public override bool TryStep(ref LexState state, byte value)
    {
        int next = Next(state.State, value);
        if (next < 0)
        {
            return false;
        }

        if (_lengths is null)
        {
            state = state with { State = next };
            return true;
        }

        (int low, int high) = (state.Low, state.High);
        if (_boundary[next] && !(_isQuoted && state.State == 0))
        {
            low = Math.Max(low - 1, 0);
            high = high == int.MaxValue ? high : high - 1;
        }

        if (!_lengths.Any(next, low, high))
        {
            return false;
        }

        state = new LexState(next, low, high);
        return true;
    }

    /// <inheritdoc/>
    public override bool IsAccepting(in LexState state) => _accepting[state.State] && state.Low == 0;

    /// <inheritdoc/>
    public override int GetLabel(in LexState state) => _labels is null ? NoLabel : _labels[state.State];

    /// <inheritdoc/>
    public override LexState Clamp(in LexState state)
    {
        if (_lengths is null || (state.Low == 0 && state.High == int.MaxValue))
        {
            return state;
        }

        // No token reaches a length whose sets aren't periodic yet: which far bound it is makes no difference.
        int far = _lengths.Tail + _longestToken;
        int low = state.Low;
        int high = state.High;
        if (low >= far && high - low >= _lengths.Period - 1)
        {
            return new LexState(state.State, far, int.MaxValue);
        }

        return high != int.MaxValue && high >= Math.Max(low, far) + _lengths.Period ? state with { High = int.MaxValue } : state;
    }

    /// <inheritdoc/>
    public override bool HasNext(in LexState state) => _steps.HasNext(state.State);

    /// <inheritdoc/>
    public override void AddNextBytes(in LexState state, ref ByteSet bytes)
    {
        // Whether a byte leads on depends on where it leads only.
        for (int from = 0; _steps.TryGetStep(state.State, from, out ByteStep step); from = step.Last + 1)
        {
            LexState next = state;
            for (int value = TryStep(ref next, step.First) ? step.First : 256; value <= step.Last; value++)
            {
                bytes.Add((byte)value);
            }
        }
    }

    /// <inheritdoc/>
    public override long GetMinBytes(in LexState state)
    {
        // Quotes that are still to come count as bytes but not as characters.
        int quotes = !_isQuoted || state.Low == 0 ? 0 : state.State == 0 ? 2 : 1;
        return Math.Max(_distances[state.State], (long)state.Low + quotes);
    }

    /// <summary>
    /// The tokens that stay inside the text, and where in the trie the text may end. Computed once for each clamped state.
    /// </summary>
    /// <param name="state">A clamped state.</param>
    /// <param name="vocabulary">The vocabulary that the text was compiled for.</param>
    public LexemeMask GetMask(in LexState state, ConstraintVocabulary vocabulary)
    {
        lock (_lock)
        {
            if (_masks.TryGetValue(state, out LexemeMask? known))
            {
                known.MarkUsed();
                return known;
            }
        }

        LexemeMask mask = LexemeMaskBuilder.Find(this, state, vocabulary);
        if (!mask.IsOf(this))
        {
            return mask;
        }

        lock (_lock)
        {
            if (!_masks.TryAdd(state, mask))
            {
                return mask;
            }
        }

        vocabulary.Masks.Add(mask);
        return mask;
    }

    /// <summary>Forgets a mask.</summary>
    public void DropMask(in LexState state)
    {
        lock (_lock)
        {
            _masks.Remove(state);
        }
    }

    private static void RemoveMissingBytes(ByteAutomaton automaton, ByteSet alphabet)
    {
        if (alphabet.Count == 256)
        {
            return;
        }

        foreach (List<ByteStep> row in automaton.Rows)
        {
            List<ByteStep> kept = [];
            foreach (ByteStep step in row)
            {
                for (int value = alphabet.Next(step.First); value >= 0 && value <= step.Last; value = alphabet.Next(value + 1))
                {
                    if (kept.Count > 0 && kept[^1].Target == step.Target && kept[^1].Last + 1 == value)
                    {
                        kept[^1] = kept[^1] with { Last = (byte)value };
                    }
                    else
                    {
                        kept.Add(new ByteStep((byte)value, (byte)value, step.Target));
                    }
                }
            }

            row.Clear();
            row.AddRange(kept);
        }
    }

    /// <summary>Fewest bytes from each state to an end; int.MaxValue when there is no way.</summary>
    private static int[] Distances(ByteAutomaton automaton)
    {
        int count = automaton.Rows.Count;
        int[] starts = new int[count + 1];
        foreach (List<ByteStep> row in automaton.Rows)
        {
            foreach (ByteStep step in row)
            {
                starts[step.Target + 1]++;
            }
        }

        for (int state = 0; state < count; state++)
        {
            starts[state + 1] += starts[state];
        }

        int[] sources = new int[starts[count]];
        int[] next = starts[..count];
        int[] distances = new int[count];
        var queue = new Queue<int>();
        for (int state = 0; state < count; state++)
        {
            foreach (ByteStep step in automaton.Rows[state])
            {
                sources[next[step.Target]++] = state;
            }

            distances[state] = automaton.Accepting[state] ? 0 : int.MaxValue;
            if (automaton.Accepting[state])
            {
                queue.Enqueue(state);
            }
        }

        while (queue.TryDequeue(out int state))
        {
            foreach (int source in sources.AsSpan(starts[state]..starts[state + 1]))
            {
                if (distances[source] == int.MaxValue)
                {
                    distances[source] = distances[state] + 1;
                    queue.Enqueue(source);
                }
            }
        }

        return distances;
    }
}
