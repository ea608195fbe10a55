using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Goes through all tokens that may come in a state of a text: over the folded trie where the text treats bytes of one fold alike, and
/// over the trie itself below states that tell them apart. Stateless; any thread.
/// </summary>
internal static class TokenWalk
{
    /// <summary>
    /// Walks.
    /// </summary>
    /// <param name="lexeme">The text.</param>
    /// <param name="start">Where it stands.</param>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="visitor">Is shown each node that is reached, in ascending order when the text has labels or the walk is not over the folded trie.</param>
    public static void Run(DfaLexeme lexeme, in LexState start, ConstraintVocabulary vocabulary, ITokenVisitor visitor)
    {
        var states = new LexState[vocabulary.Trie.LongestToken + 1];
        if (lexeme.HasLabels || !lexeme.FoldsBytes(start.State))
        {
            RunBelow(0, lexeme, start, vocabulary.Trie, visitor, states);
            return;
        }

        FoldedTrie folded = vocabulary.Folded;
        ReadOnlySpan<byte> values = folded.Value;
        ReadOnlySpan<int> ends = folded.End;
        ReadOnlySpan<ushort> depths = folded.Depth;
        var below = new LexState[states.Length];
        states[0] = start;
        for (int node = 1; node < values.Length;)
        {
            int depth = depths[node];
            LexState state = states[depth - 1];
            if (!lexeme.TryStep(ref state, values[node]))
            {
                node = ends[node];
                continue;
            }

            ReadOnlySpan<int> inner = folded.InnerOf(node);
            visitor.Visit(state, folded.TokensOf(node), inner);
            if (inner.IsEmpty || lexeme.FoldsBytes(state.State))
            {
                states[depth] = state;
                node++;
                continue;
            }

            foreach (int top in inner)
            {
                RunBelow(top, lexeme, state, vocabulary.Trie, visitor, below);
            }

            node = ends[node];
        }
    }

    /// <summary>Walks the trie below a node.</summary>
    private static void RunBelow(int top, DfaLexeme lexeme, in LexState start, TokenTrie trie, ITokenVisitor visitor, LexState[] states)
    {
        ReadOnlySpan<byte> values = trie.Value;
        ReadOnlySpan<int> ends = trie.End;
        ReadOnlySpan<ushort> depths = trie.Depth;
        ReadOnlySpan<int> tokenStarts = trie.TokenStart;
        ReadOnlySpan<int> tokens = trie.Tokens;
        int end = ends[top];
        int above = depths[top];
        states[0] = start;
        for (int node = top + 1; node < end;)
        {
            int depth = depths[node] - above;
            LexState state = states[depth - 1];
            if (!lexeme.TryStep(ref state, values[node]))
            {
                node = ends[node];
                continue;
            }

            states[depth] = state;
            visitor.Visit(state, tokens[tokenStarts[node]..tokenStarts[node + 1]], ends[node] > node + 1 ? new ReadOnlySpan<int>(in node) : []);
            node++;
        }
    }
}
