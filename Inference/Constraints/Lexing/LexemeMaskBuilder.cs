using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>Walks the trie to find what a state of a text allows. Stateless; any thread.</summary>
internal static class LexemeMaskBuilder
{
    // A list of more exits than this is looked through by what follows the text; bits are looked up instead.
    private const int MaxListedExits = 2_048;

    /// <summary>For texts whose lengths don't count.</summary>
    public static LexemeMask BuildUncounted(DfaLexeme lexeme, in LexState start, ConstraintVocabulary vocabulary)
    {
        TokenTrie trie = vocabulary.Trie;
        ReadOnlySpan<byte> values = trie.Value;
        ReadOnlySpan<int> ends = trie.End;
        ReadOnlySpan<ushort> depths = trie.Depth;
        var result = new Result(vocabulary);
        int[] states = new int[trie.LongestToken + 1];
        states[0] = start.State;
        for (int node = 1; node < values.Length;)
        {
            int depth = depths[node];
            int state = lexeme.Next(states[depth - 1], values[node]);
            if (state < 0)
            {
                node = ends[node];
                continue;
            }

            states[depth] = state;
            result.Allow(node);
            if (ends[node] > node + 1 && lexeme.IsAccepting(new LexState(state, 0, 0)))
            {
                result.AddExit(node, lexeme.GetLabel(new LexState(state, 0, 0)));
            }

            node++;
        }

        return result.ToMask(lexeme, start);
    }

    /// <summary>For texts whose lengths count.</summary>
    public static LexemeMask BuildCounted(DfaLexeme lexeme, in LexState start, ConstraintVocabulary vocabulary)
    {
        TokenTrie trie = vocabulary.Trie;
        var result = new Result(vocabulary);
        var states = new LexState[trie.LongestToken + 1];
        states[0] = start;
        for (int node = 1; node < trie.Count;)
        {
            int depth = trie.Depth[node];
            LexState state = states[depth - 1];
            if (!lexeme.TryStep(ref state, trie.Value[node]))
            {
                node = trie.End[node];
                continue;
            }

            states[depth] = state;
            result.Allow(node);
            if (trie.End[node] > node + 1 && lexeme.IsAccepting(state))
            {
                result.AddExit(node, lexeme.GetLabel(state));
            }

            node++;
        }

        return result.ToMask(lexeme, start);
    }

    private sealed class Result(ConstraintVocabulary vocabulary)
    {
        private readonly ulong[] _mask = new ulong[vocabulary.MaskWords];
        private readonly List<int> _exits = [];
        private readonly List<int> _labels = [];
        private readonly TokenTrie _trie = vocabulary.Trie;
        private int _count;

        public void Allow(int node)
        {
            ReadOnlySpan<int> starts = _trie.TokenStart;
            ReadOnlySpan<int> tokens = _trie.Tokens;
            for (int i = starts[node]; i < starts[node + 1]; i++)
            {
                _mask[tokens[i] / 64] |= 1UL << (tokens[i] % 64);
                _count++;
            }
        }

        public void AddExit(int node, int label)
        {
            _exits.Add(node);
            if (label != Lexeme.NoLabel)
            {
                _labels.Add(label);
            }
        }

        public LexemeMask ToMask(DfaLexeme lexeme, in LexState state)
        {
            bool isSparse = _count < _mask.Length * 2;
            bool isListed = _exits.Count <= MaxListedExits || _labels.Count > 0;
            return new LexemeMask(lexeme, state)
            {
                Dense = isSparse ? null : _mask,
                Sparse = isSparse ? TokenList(_mask, _count) : null,
                Exits = isListed ? [.. _exits] : null,
                ExitBits = isListed ? null : Bits(),
                ExitLabels = _labels.Count > 0 ? [.. _labels] : null,
            };
        }

        private ulong[] Bits()
        {
            ulong[] bits = new ulong[(_trie.Count + 63) / 64];
            foreach (int node in _exits)
            {
                bits[node / 64] |= 1UL << (node % 64);
            }

            return bits;
        }
    }

    /// <summary>The tokens of a mask, ascending.</summary>
    public static int[] TokenList(ReadOnlySpan<ulong> mask, int count)
    {
        int[] tokens = new int[count];
        int next = 0;
        for (int word = 0; word < mask.Length; word++)
        {
            for (ulong rest = mask[word]; rest != 0; rest &= rest - 1)
            {
                tokens[next++] = (word * 64) + System.Numerics.BitOperations.TrailingZeroCount(rest);
            }
        }

        return tokens;
    }
}
