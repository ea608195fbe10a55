using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Any text at all in one encoding: what most texts turn into once nothing special is left of them. Its masks are computed once for a
/// vocabulary; other texts take them over where they are equal to it, and start from them where they nearly are. Any thread.
/// </summary>
internal sealed class AnyText
{
    private readonly ByteAutomaton _automaton;
    private readonly DfaLexeme _counting;
    private CountedTokens? _counted;

    /// <summary>Compiles it, and computes the mask between two characters.</summary>
    public AnyText(TextEncoding encoding, ConstraintVocabulary vocabulary)
    {
        // So small that no limit is met but that of time, on a machine that is stopped for a while.
        var budget = new CompileBudget(new ConstraintLimits { MaxTime = TimeSpan.MaxValue });
        _automaton = ByteAutomatonBuilder.Build(CodePointAutomaton.Create(Pattern.AnyText, budget)!, encoding, budget)!;
        Lexeme = DfaLexeme.Create(_automaton, isCounted: false, null, vocabulary, budget)!;
        Content = _automaton.Boundary.IndexOf(true);
        Lexeme.GetMask(StateOf(Content), vocabulary);
        _counting = DfaLexeme.Create(_automaton, isCounted: true, null, vocabulary, budget)!;
    }

    /// <summary>Its language.</summary>
    public DfaLexeme Lexeme { get; }

    /// <summary>The state between two characters.</summary>
    public int Content { get; }

    /// <summary>A state of <see cref="Lexeme"/> as its masks know it.</summary>
    public static LexState StateOf(int state) => new(state, 0, int.MaxValue);

    /// <summary>Whether a character is complete, or the text, in a state.</summary>
    public bool IsComplete(int state) => _automaton.Boundary[state] || _automaton.Accepting[state];

    /// <summary>The tokens of <see cref="Content"/> by the characters they take; found when they are not there.</summary>
    public CountedTokens GetCounted(ConstraintVocabulary vocabulary)
    {
        if (Volatile.Read(ref _counted) is { } known)
        {
            known.MarkUsed();
            return known;
        }

        var counted = new CountedTokens(this, _counting, vocabulary);
        if (Interlocked.CompareExchange(ref _counted, counted, null) is { } other)
        {
            return other;
        }

        vocabulary.Masks.Add(counted);
        return counted;
    }

    /// <summary>Forgets what <see cref="GetCounted"/> has found.</summary>
    public void DropCounted() => Volatile.Write(ref _counted, null);

    /// <summary>
    /// Finds the states of a text from which the same bytes lead to an end as from a state of this one. A state is taken for equal until
    /// one of its bytes says otherwise, or leads to a state that is not; some equal states may be missed.
    /// </summary>
    /// <param name="automaton">Same encoding; without steps that lead nowhere.</param>
    /// <param name="budget">What may be spent.</param>
    /// <returns>For each state that of <see cref="Lexeme"/>, or -1.</returns>
    public int[] FindEqual(ByteAutomaton automaton, CompileBudget budget)
    {
        int[] equal = new int[automaton.Rows.Count];
        Array.Fill(equal, -1);
        var open = new Queue<int>();
        var different = new Stack<int>();
        var edges = new EdgeList(equal.Length);
        for (int state = 0; state < equal.Length; state++)
        {
            if (automaton.Boundary[state] || (automaton.IsQuoted && state < Content))
            {
                equal[state] = automaton.Boundary[state] ? Content : state;
                open.Enqueue(state);
            }
        }

        while (open.TryDequeue(out int state) && budget.Spend(1 + (automaton.Rows[state].Count / 4)))
        {
            if (automaton.Accepting[state] != _automaton.Accepting[equal[state]] || !Pair(automaton, state, equal, edges, open))
            {
                different.Push(state);
            }
        }

        while (different.TryPop(out int state))
        {
            if (equal[state] >= 0)
            {
                equal[state] = -1;
                edges.PushSources(state, different);
            }
        }

        return equal;
    }

    /// <summary>Takes the states behind a state for equal to those behind its equal; false when they cannot be.</summary>
    private bool Pair(ByteAutomaton automaton, int state, int[] equal, EdgeList edges, Queue<int> open)
    {
        List<ByteStep> own = automaton.Rows[state];
        List<ByteStep> other = _automaton.Rows[equal[state]];
        int at = 0;
        int beside = 0;
        int next = 0;
        while (at < own.Count && beside < other.Count)
        {
            if (Math.Max(own[at].First, next) != Math.Max(other[beside].First, next))
            {
                return false;
            }

            int target = own[at].Target;
            if (equal[target] < 0)
            {
                equal[target] = other[beside].Target;
                open.Enqueue(target);
            }

            if (equal[target] != other[beside].Target)
            {
                return false;
            }

            edges.Add(state, target);
            next = Math.Min(own[at].Last, other[beside].Last) + 1;
            at += own[at].Last < next ? 1 : 0;
            beside += other[beside].Last < next ? 1 : 0;
        }

        return at == own.Count && beside == other.Count;
    }

    /// <summary>Which states lead to a state.</summary>
    private sealed class EdgeList
    {
        private readonly int[] _last;
        private readonly List<int> _sources = [];
        private readonly List<int> _before = [];

        public EdgeList(int stateCount)
        {
            _last = new int[stateCount];
            Array.Fill(_last, -1);
        }

        public void Add(int source, int target)
        {
            _before.Add(_last[target]);
            _last[target] = _sources.Count;
            _sources.Add(source);
        }

        public void PushSources(int target, Stack<int> states)
        {
            for (int edge = _last[target]; edge >= 0; edge = _before[edge])
            {
                states.Push(_sources[edge]);
            }
        }
    }
}
