using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// The tokens that may come between two characters of any text, by the characters they take: from them the mask of every range of
/// lengths follows without a walk. Immutable; any thread.
/// </summary>
internal sealed class CountedTokens
{
    private readonly ulong[] _inside;
    private readonly int[] _tokens;
    private readonly int[] _starts;
    private readonly int[] _closing;
    private readonly int[] _closingCharacters;
    private readonly int[] _exits;
    private readonly int[] _exitCharacters;

    /// <summary>Walks the trie once.</summary>
    public CountedTokens(AnyText text, ConstraintVocabulary vocabulary)
    {
        TokenTrie trie = vocabulary.Trie;
        int[] states = new int[trie.LongestToken + 1];
        int[] counts = new int[trie.LongestToken + 1];
        states[0] = text.Content;
        var byCount = new List<int>[trie.LongestToken + 1];
        var (closing, closingCharacters, exits, exitCharacters) = (new List<int>(), new List<int>(), new List<int>(), new List<int>());
        for (int node = 1; node < trie.Count;)
        {
            int depth = trie.Depth[node];
            int state = text.Lexeme.Next(states[depth - 1], trie.Value[node]);
            if (state < 0)
            {
                node = trie.End[node];
                continue;
            }

            bool isClosed = !text.Lexeme.HasNext(AnyText.StateOf(state));
            states[depth] = state;
            counts[depth] = counts[depth - 1] + (state == text.Content ? 1 : 0);
            ReadOnlySpan<int> tokens = trie.Tokens[trie.TokenStart[node]..trie.TokenStart[node + 1]];
            if (isClosed)
            {
                closing.AddRange(tokens);
                closingCharacters.AddRange(Sequence.Repeat(counts[depth], tokens.Length));
            }
            else if (!tokens.IsEmpty)
            {
                // A part of a character needs room for the whole.
                (byCount[counts[depth] + (text.IsComplete(state) ? 0 : 1)] ??= []).AddRange(tokens);
            }

            if (trie.End[node] > node + 1 && text.Lexeme.IsAccepting(AnyText.StateOf(state)))
            {
                exits.Add(node);
                exitCharacters.Add(counts[depth]);
            }

            node++;
        }

        _closing = [.. closing];
        _closingCharacters = [.. closingCharacters];
        _exits = [.. exits];
        _exitCharacters = [.. exitCharacters];
        _starts = new int[byCount.Length + 1];
        var all = new List<int>();
        for (int count = 0; count < byCount.Length; count++)
        {
            all.AddRange(byCount[count] ?? []);
            _starts[count + 1] = all.Count;
        }

        _tokens = [.. all];
        _inside = new ulong[vocabulary.MaskWords];
        foreach (int token in _tokens)
        {
            _inside[token / 64] |= 1UL << (token % 64);
        }
    }

    /// <summary>
    /// The mask between two characters.
    /// </summary>
    /// <param name="owner">Who holds it.</param>
    /// <param name="state">Its state there, and the characters that must and may still come.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    public LexemeMask Build(DfaLexeme owner, in LexState state, ConstraintVocabulary vocabulary)
    {
        var draft = new MaskDraft(vocabulary);
        int fitting = _starts[Math.Min(state.High, _starts.Length - 2) + 1];
        if (fitting < _tokens.Length / 2)
        {
            draft.Allow(_tokens.AsSpan(0, fitting));
        }
        else
        {
            draft.Allow(_inside);
            draft.Forbid(_tokens.AsSpan(fitting));
        }

        for (int i = 0; i < _closing.Length; i++)
        {
            if (_closingCharacters[i] >= state.Low && _closingCharacters[i] <= state.High)
            {
                draft.Allow([_closing[i]]);
            }
        }

        for (int i = 0; i < _exits.Length; i++)
        {
            if (_exitCharacters[i] >= state.Low && _exitCharacters[i] <= state.High)
            {
                draft.SetExit(_exits[i], true, Lexeme.NoLabel);
            }
        }

        return draft.ToMask(owner, state);
    }
}
