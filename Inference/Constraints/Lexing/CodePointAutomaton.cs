using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// The automaton of a pattern over code points: all its states, of which state 0 is the first. Immutable.
/// </summary>
/// <param name="Rows">For each state what follows code points: ascending ranges, both ends inclusive; missing ones lead nowhere.</param>
/// <param name="Accepting">For each state whether the text may end there.</param>
internal sealed record CodePointAutomaton(IReadOnlyList<CodePointStep[]> Rows, IReadOnlyList<bool> Accepting)
{
    // Ours: states of different places are sometimes the same.
    private const int UnrolledPerState = 2;

    /// <summary>
    /// Computes the automaton.
    /// </summary>
    /// <param name="pattern">The language.</param>
    /// <param name="budget">What may be spent.</param>
    /// <returns>Null when the budget is used up, which then says why.</returns>
    public static CodePointAutomaton? Create(Pattern pattern, CompileBudget budget)
    {
        if (pattern.UnrolledSize > UnrolledPerState * (long)budget.Limits.MaxStates)
        {
            budget.GiveUp("A text of it has bounds of repetition that multiply to too much. Use smaller ones inside the pattern, or none.");
            return null;
        }

        var pool = new DerivativePool(budget);
        var deriver = new Deriver(pool, budget);
        var states = new List<Derivative>();
        var numbers = new Dictionary<Derivative, int>();
        var rows = new List<CodePointStep[]>();
        var row = new List<CodePointStep>();
        Number(pool.Convert(pattern), states, numbers);
        for (int state = 0; state < states.Count; state++)
        {
            (int First, Derivative Target)[] pieces = deriver.Derive(states[state]);
            row.Clear();
            for (int i = 0; i < pieces.Length; i++)
            {
                if (pieces[i].Target != pool.Never)
                {
                    int last = i + 1 < pieces.Length ? pieces[i + 1].First - 1 : CodePointSet.Last;
                    row.Add(new CodePointStep(pieces[i].First, last, Number(pieces[i].Target, states, numbers)));
                }
            }

            rows.Add([.. row]);
            budget.Grow(row.Count);

            if (states.Count > budget.Limits.MaxStates)
            {
                budget.GiveUp($"A text of it needs more than {budget.Limits.MaxStates:N0} states. Use smaller bounds of repetition inside the pattern, or fewer alternatives.");
            }

            if (budget.IsExhausted)
            {
                return null;
            }
        }

        return new CodePointAutomaton(rows, [.. states.Select(state => state.IsNullable)]);
    }

    private static int Number(Derivative state, List<Derivative> states, Dictionary<Derivative, int> numbers)
    {
        if (!numbers.TryGetValue(state, out int number))
        {
            number = states.Count;
            numbers.Add(state, number);
            states.Add(state);
        }

        return number;
    }
}

/// <summary>A range of code points that leads to one state.</summary>
/// <param name="First">First code point.</param>
/// <param name="Last">Last code point.</param>
/// <param name="Target">State.</param>
internal readonly record struct CodePointStep(int First, int Last, int Target);
