using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// The tokens that may come between two characters of any text, by the characters they take: from them the mask of every range of
/// lengths follows without a walk. Immutable; any thread.
/// </summary>
internal sealed class CountedTokens : CachedMask
{
    private readonly AnyText _owner;
    private readonly ulong[] _inside;
    private readonly int[] _tokens;
    private readonly int[] _starts;
    private readonly Counts _closing;
    private readonly Counts _exits;

    /// <summary>Walks through all tokens once.</summary>
    /// <param name="owner">Who holds it.</param>
    /// <param name="counting">The owner's text with lengths counted.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    public CountedTokens(AnyText owner, DfaLexeme counting, ConstraintVocabulary vocabulary)
    {
        _owner = owner;
        int most = vocabulary.Trie.LongestToken + 1;
        var counter = new Counter(owner, counting, most);
        TokenWalk.Run(counting, new LexState(owner.Content, 0, most), vocabulary, counter);
        _closing = new Counts(counter.Closing, counter.ClosingCounts);
        _exits = new Counts(counter.Exits, counter.ExitCounts);
        (_tokens, _starts) = Sort(counter, most);
        _inside = new ulong[vocabulary.MaskWords];
        foreach (int token in _tokens)
        {
            _inside[token / 64] |= 1UL << (token % 64);
        }
    }

    /// <inheritdoc/>
    public override int Bytes => 128 + (8 * _inside.Length) + (4 * (_tokens.Length + _starts.Length)) + _closing.Bytes + _exits.Bytes;

    /// <inheritdoc/>
    public override void Drop() => _owner.DropCounted();

    /// <summary>
    /// The mask between two characters.
    /// </summary>
    /// <param name="lexeme">Who holds it.</param>
    /// <param name="state">Its state there, and the characters that must and may still come.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    public LexemeMask Build(DfaLexeme lexeme, in LexState state, ConstraintVocabulary vocabulary)
    {
        var draft = new MaskDraft(lexeme, vocabulary);
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

        for (int i = 0; i < _closing.Values.Length; i++)
        {
            if (_closing.Characters[i] >= state.Low && _closing.Characters[i] <= state.High)
            {
                draft.Allow(_closing.Values.AsSpan(i, 1));
            }
        }

        for (int i = 0; i < _exits.Values.Length; i++)
        {
            if (_exits.Characters[i] >= state.Low && _exits.Characters[i] <= state.High)
            {
                draft.AddExit(_exits.Values[i]);
            }
        }

        return draft.ToMask(state);
    }

    /// <summary>The tokens in order of the characters they need room for, and where those of each count start.</summary>
    private static (int[] Tokens, int[] Starts) Sort(Counter counter, int most)
    {
        int[] starts = new int[most + 1];
        foreach (ushort room in counter.Rooms)
        {
            starts[room + 1]++;
        }

        for (int count = 0; count < most; count++)
        {
            starts[count + 1] += starts[count];
        }

        int[] next = starts[..most];
        int[] tokens = new int[counter.Tokens.Count];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[next[counter.Rooms[i]]++] = counter.Tokens[i];
        }

        return (tokens, starts);
    }

    /// <summary>Tokens or nodes with the characters before the text's end.</summary>
    private sealed class Counts(List<int> values, List<ushort> characters)
    {
        public int[] Values { get; } = [.. values];

        public ushort[] Characters { get; } = [.. characters];

        public int Bytes => 6 * Values.Length;
    }

    private sealed class Counter(AnyText text, DfaLexeme counting, int most) : ITokenVisitor
    {
        public List<int> Tokens { get; } = [];

        public List<ushort> Rooms { get; } = [];

        public List<int> Closing { get; } = [];

        public List<ushort> ClosingCounts { get; } = [];

        public List<int> Exits { get; } = [];

        public List<ushort> ExitCounts { get; } = [];

        public void Visit(in LexState state, ReadOnlySpan<int> tokens, ReadOnlySpan<int> inner)
        {
            ushort count = (ushort)(most - state.High);
            bool isClosed = !counting.HasNext(state);

            // A part of a character needs room for the whole.
            ushort room = (ushort)(count + (isClosed || text.IsComplete(state.State) ? 0 : 1));
            (isClosed ? Closing : Tokens).AddRange(tokens);
            List<ushort> counts = isClosed ? ClosingCounts : Rooms;
            for (int i = 0; i < tokens.Length; i++)
            {
                counts.Add(room);
            }

            if (counting.IsAccepting(state))
            {
                Exits.AddRange(inner);
                for (int i = 0; i < inner.Length; i++)
                {
                    ExitCounts.Add(count);
                }
            }
        }
    }
}
