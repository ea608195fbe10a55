using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Lexing;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// Answers questions about languages of texts, each within bounds of its own, so that a hard one costs little and is answered with
/// "unknown". Remembers the automata. One thread.
/// </summary>
/// <param name="budget">What all questions together may spend; when it is used up, all answers are "unknown".</param>
internal sealed class PatternQuestions(CompileBudget budget)
{
    /// <summary>Work of one question, so that the clock is read before each: as much as between two readings otherwise.</summary>
    private const int QuestionWork = 4_096;

    /// <summary>Limits of one question. Ours: real patterns have tens of states.</summary>
    private readonly ConstraintLimits _limits = budget.Limits with { MaxStates = 10_000, MaxWork = 200_000, MaxTime = TimeSpan.FromMilliseconds(200) };

    private readonly Dictionary<Pattern, CodePointAutomaton?> _automata = new(ReferenceEqualityComparer.Instance);

    /// <summary>What is left for all questions.</summary>
    public CompileBudget Budget { get; } = budget;

    /// <summary>Whether a text is in the language; null when that would cost too much.</summary>
    public bool? Matches(Pattern pattern, string text)
    {
        if (GetAutomaton(pattern) is not { } automaton)
        {
            return null;
        }

        int state = 0;
        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            CodePointStep[] row = automaton.Rows[state];
            int step = Array.FindIndex(row, candidate => candidate.First <= rune.Value && rune.Value <= candidate.Last);
            if (step < 0)
            {
                return false;
            }

            state = row[step].Target;
        }

        return automaton.Accepting[state];
    }

    /// <summary>Whether provably no text of some length is in the language.</summary>
    /// <param name="pattern">The language.</param>
    /// <param name="min">Least number of characters.</param>
    /// <param name="max">Greatest; null for none.</param>
    public bool IsEmpty(Pattern pattern, int min = 0, int? max = null)
    {
        if (GetAutomaton(pattern) is not { } automaton)
        {
            return false;
        }

        if (!automaton.Accepting.Contains(true))
        {
            return true;
        }

        (int shortest, int? longest) = GetLengths(automaton);
        return shortest > max || longest < min;
    }

    /// <summary>Number of characters of the shortest text and of the longest; null when there is no longest.</summary>
    private static (int Shortest, int? Longest) GetLengths(CodePointAutomaton automaton)
    {
        int count = automaton.Rows.Count;
        bool[] level = new bool[count];
        level[0] = true;
        int shortest = -1;
        int longest = -1;

        // Without a loop no text is as long as there are states; with one some are.
        for (int length = 0; length <= count && Array.IndexOf(level, true) >= 0; length++)
        {
            bool[] next = new bool[count];
            for (int state = 0; state < count; state++)
            {
                if (!level[state])
                {
                    continue;
                }

                if (automaton.Accepting[state])
                {
                    shortest = shortest < 0 ? length : shortest;
                    longest = length;
                }

                foreach (CodePointStep step in automaton.Rows[state])
                {
                    next[step.Target] = true;
                }
            }

            level = next;
            if (shortest >= 0 && count > 1_000)
            {
                return (shortest, null);
            }
        }

        return (Math.Max(shortest, 0), Array.IndexOf(level, true) >= 0 ? null : longest);
    }

    private CodePointAutomaton? GetAutomaton(Pattern pattern)
    {
        if (!_automata.TryGetValue(pattern, out CodePointAutomaton? automaton))
        {
            if (Budget.Spend(QuestionWork))
            {
                var own = new CompileBudget(_limits);
                automaton = CodePointAutomaton.Create(pattern, own);
                Budget.Spend((int)own.Work);
            }

            _automata.Add(pattern, automaton);
        }

        return automaton;
    }
}
