using System.Text;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Looks for the first of some texts in a stream of bytes.
/// Source: A. Aho, M. Corasick, Efficient string matching (1975), with all failure steps resolved.
/// </summary>
internal static class TriggerAutomaton
{
    /// <summary>
    /// Builds the automaton. A text that another one begins with is found first.
    /// </summary>
    /// <param name="texts">None empty; may be none at all.</param>
    /// <returns>The automaton, and for each state the index of the text found there or -1.</returns>
    public static (ByteAutomaton Automaton, int[] Labels) Create(IReadOnlyList<string> texts)
    {
        var next = new List<int[]> { NewRow() };
        var labels = new List<int> { Lexeme.NoLabel };
        for (int text = 0; text < texts.Count; text++)
        {
            int state = 0;
            foreach (byte value in Encoding.UTF8.GetBytes(texts[text]))
            {
                if (next[state][value] < 0)
                {
                    next[state][value] = next.Count;
                    next.Add(NewRow());
                    labels.Add(Lexeme.NoLabel);
                }

                state = next[state][value];
            }

            labels[state] = labels[state] == Lexeme.NoLabel ? text : labels[state];
        }

        ResolveFailures(next, labels);
        var automaton = new ByteAutomaton([], [], [], IsQuoted: false);
        for (int state = 0; state < next.Count; state++)
        {
            bool found = labels[state] != Lexeme.NoLabel;
            automaton.Accepting.Add(found);
            automaton.Boundary.Add(true);
            automaton.Rows.Add(found ? [] : Ranges(next[state]));
        }

        return (automaton, [.. labels]);
    }

    private static void ResolveFailures(List<int[]> next, List<int> labels)
    {
        int[] failures = new int[next.Count];
        var queue = new Queue<int>();
        queue.Enqueue(0);
        while (queue.TryDequeue(out int state))
        {
            for (int value = 0; value < 256; value++)
            {
                int onFailure = state == 0 ? 0 : next[failures[state]][value];
                int target = next[state][value];
                if (target < 0)
                {
                    next[state][value] = onFailure;
                    continue;
                }

                failures[target] = onFailure;
                if (labels[target] == Lexeme.NoLabel)
                {
                    labels[target] = labels[onFailure];
                }

                queue.Enqueue(target);
            }
        }
    }

    private static List<ByteStep> Ranges(int[] row)
    {
        var ranges = new List<ByteStep>();
        for (int value = 0; value < 256; value++)
        {
            if (ranges.Count > 0 && ranges[^1].Target == row[value])
            {
                ranges[^1] = ranges[^1] with { Last = (byte)value };
            }
            else
            {
                ranges.Add(new ByteStep((byte)value, (byte)value, row[value]));
            }
        }

        return ranges;
    }

    private static int[] NewRow()
    {
        int[] row = new int[256];
        Array.Fill(row, -1);
        return row;
    }
}
