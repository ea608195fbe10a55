using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Finds what a state of a text allows. A walk over the whole trie takes some ms for 150,000 tokens, so the cheapest way is taken:
/// the mask of an equal state; a walk over the folded trie; the mask of a state to which most tokens lead alike, with a walk where
/// they don't; or a walk of its own. Stateless; any thread.
/// </summary>
internal static class LexemeMaskBuilder
{
    /// <summary>The mask of a clamped state, which may be one that another text holds.</summary>
    public static LexemeMask Find(DfaLexeme lexeme, in LexState start, ConstraintVocabulary vocabulary)
    {
        if (lexeme.IsCounted && (start.Low > 0 || start.High < int.MaxValue))
        {
            return lexeme.AnyText is { } counted && lexeme.EqualTo(start.State) == counted.Content
                ? counted.GetCounted(vocabulary).Build(lexeme, start, vocabulary)
                : BuildAlone(lexeme, start, vocabulary);
        }

        if (lexeme.EqualTo(start.State) is >= 0 and var equal)
        {
            return lexeme.AnyText!.Lexeme.GetMask(AnyText.StateOf(equal), vocabulary);
        }

        if (lexeme.HasLabels || lexeme.FoldsBytes(start.State))
        {
            return BuildAlone(lexeme, start, vocabulary);
        }

        if (lexeme.AnyText is { } any && IsNear(lexeme, start.State, any.Lexeme, any.Content, vocabulary.Trie))
        {
            return BuildFrom(any.Lexeme, any.Content, lexeme, start, vocabulary);
        }

        int hub = FindHub(lexeme, start.State, vocabulary.Trie);
        return hub >= 0 && hub != start.State && IsNear(lexeme, start.State, lexeme, hub, vocabulary.Trie)
            ? BuildFrom(lexeme, hub, lexeme, start, vocabulary)
            : BuildAlone(lexeme, start, vocabulary);
    }

    /// <summary>The state to which most of the trie leads by its first bytes; -1 when nothing leads on.</summary>
    private static int FindHub(DfaLexeme lexeme, int state, TokenTrie trie)
    {
        Span<int> targets = stackalloc int[256];
        Span<int> weights = stackalloc int[256];
        int count = 0;
        int heaviest = 0;
        for (int node = 1; node < trie.Count; node = trie.End[node])
        {
            int target = lexeme.Next(state, trie.Value[node]);
            if (target < 0)
            {
                continue;
            }

            int place = targets[..count].IndexOf(target);
            if (place < 0)
            {
                place = count++;
                targets[place] = target;
                weights[place] = 0;
            }

            weights[place] += trie.End[node] - node;
            heaviest = weights[place] > weights[heaviest] ? place : heaviest;
        }

        return count == 0 ? -1 : targets[heaviest];
    }

    /// <summary>Whether starting from the mask of another state takes less than half the work of a walk.</summary>
    private static bool IsNear(DfaLexeme lexeme, int state, DfaLexeme other, int otherState, TokenTrie trie)
    {
        long alone = 0;
        long from = 0;
        for (int node = 1; node < trie.Count; node = trie.End[node])
        {
            int size = trie.End[node] - node;
            int next = lexeme.Next(state, trie.Value[node]);
            int beside = other.Next(otherState, trie.Value[node]);
            alone += next >= 0 ? size : 0;

            // Taking the tokens of a node away costs about a quarter of a step through it.
            from += next < 0 ? (beside < 0 ? 0 : size / 4) : lexeme.IsEqual(next, other, beside) ? 0 : size;
        }

        return from < alone / 2;
    }

    /// <summary>From the mask of another state: only where tokens lead to different places is there a walk.</summary>
    private static LexemeMask BuildFrom(DfaLexeme other, int otherStart, DfaLexeme lexeme, in LexState start, ConstraintVocabulary vocabulary)
    {
        TokenTrie trie = vocabulary.Trie;
        ReadOnlySpan<byte> values = trie.Value;
        ReadOnlySpan<int> ends = trie.End;
        ReadOnlySpan<ushort> depths = trie.Depth;
        var draft = new MaskDraft(lexeme, vocabulary, other.GetMask(AnyText.StateOf(otherStart), vocabulary));
        int[] states = new int[trie.LongestToken + 1];
        int[] others = new int[trie.LongestToken + 1];
        states[0] = start.State;
        others[0] = otherStart;
        for (int node = 1; node < values.Length;)
        {
            int depth = depths[node];
            int state = lexeme.Next(states[depth - 1], values[node]);
            int beside = others[depth - 1] < 0 ? -1 : other.Next(others[depth - 1], values[node]);
            if (state < 0 || lexeme.IsEqual(state, other, beside))
            {
                if (state < 0 && beside >= 0)
                {
                    draft.ForbidBelow(node);
                }

                node = ends[node];
                continue;
            }

            states[depth] = state;
            others[depth] = beside;
            draft.AllowNode(node);
            if (ends[node] > node + 1)
            {
                draft.SetExit(node, lexeme.IsAccepting(AnyText.StateOf(state)));
            }

            node++;
        }

        return draft.ToMask(start);
    }

    private static LexemeMask BuildAlone(DfaLexeme lexeme, in LexState start, ConstraintVocabulary vocabulary)
    {
        var draft = new MaskDraft(lexeme, vocabulary);
        TokenWalk.Run(lexeme, start, vocabulary, draft);
        return draft.ToMask(start);
    }
}
