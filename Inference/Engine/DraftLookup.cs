namespace MistralServe.Inference.Engine;

/// <summary>
/// Guesses the next tokens of a sequence by looking up its last three tokens earlier in it (prompt lookup decoding,
/// A. Saxena 2023; n-gram speculation): what followed there is proposed, the model confirms or rejects it in one batch. How many
/// are proposed follows how far back the two places agree, because three equal tokens are often chance and ten are a copy, and the
/// success: the limit is doubled when all were right, cut to what was right otherwise; after misses some turns are skipped, so that
/// text without repetition costs next to nothing. One per choice; engine thread only.
/// </summary>
internal sealed class DraftLookup
{
    private const int GramLength = 3;

    // Ours: the first guess costs about as much as it gains when a third of it is right; longer ones must be earned.
    private const int FirstLimit = 4;
    private const int MaxSkip = 64;

    private readonly int _maxLimit;
    private readonly int[] _lastEnd;
    private readonly int _mask;
    private int _indexed;
    private int _limit = FirstLimit;
    private int _skip;
    private int _nextSkip = 1;

    /// <summary>Creates a lookup for sequences up to a length.</summary>
    /// <param name="contextLength">Tokens of the sequence at most.</param>
    /// <param name="maxLimit">Most tokens in one guess.</param>
    public DraftLookup(int contextLength, int maxLimit)
    {
        _maxLimit = maxLimit;
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)contextLength);
        _lastEnd = new int[size];
        _mask = size - 1;
    }

    /// <summary>
    /// Guesses what follows.
    /// </summary>
    /// <param name="tokens">The sequence so far, the token to be decoded next included.</param>
    /// <param name="draft">Receives the guess.</param>
    /// <returns>Number of tokens guessed, 0 to the length of <paramref name="draft"/>.</returns>
    public int Propose(ReadOnlySpan<int> tokens, Span<int> draft)
    {
        int match = FindAndIndex(tokens);
        if (match == 0)
        {
            return 0;
        }

        if (_skip > 0)
        {
            _skip--;
            return 0;
        }

        // Never past the end of what is known: the copied text may run into the present.
        int earned = CountAgreeing(tokens, match) - GramLength + 1;
        int count = Math.Min(Math.Min(Math.Min(_limit, earned), draft.Length), tokens.Length - match);
        tokens.Slice(match, count).CopyTo(draft);
        return count;
    }

    /// <summary>Learns from the outcome of a guess.</summary>
    public void Learn(int proposed, int accepted)
    {
        if (accepted == proposed)
        {
            _limit = Math.Min(_limit * 2, _maxLimit);
            _nextSkip = 1;
        }
        else if (accepted > 0)
        {
            _limit = Math.Max(2, accepted + 1);
            _nextSkip = 1;
        }
        else
        {
            _limit = FirstLimit;
            _skip = _nextSkip;
            _nextSkip = Math.Min(_nextSkip * 2, MaxSkip);
        }
    }

    // Indexes all grams but the last and returns the position behind the last earlier occurrence of the last one; 0 when there is none.
    private int FindAndIndex(ReadOnlySpan<int> tokens)
    {
        for (; _indexed + GramLength < tokens.Length; _indexed++)
        {
            _lastEnd[Hash(tokens.Slice(_indexed, GramLength))] = _indexed + GramLength;
        }

        if (tokens.Length <= GramLength)
        {
            return 0;
        }

        ReadOnlySpan<int> last = tokens[^GramLength..];
        int end = _lastEnd[Hash(last)];
        return end >= GramLength && tokens.Slice(end - GramLength, GramLength).SequenceEqual(last) ? end : 0;
    }

    // How many tokens before the two places are the same; as far as it matters.
    private int CountAgreeing(ReadOnlySpan<int> tokens, int match)
    {
        int most = Math.Min(match, GramLength + _limit);
        int count = GramLength;
        while (count < most && tokens[match - 1 - count] == tokens[tokens.Length - 1 - count])
        {
            count++;
        }

        return count;
    }

    private int Hash(ReadOnlySpan<int> gram)
    {
        uint hash = (uint)gram[0] * 0x9E3779B1u;
        hash = (hash ^ (uint)gram[1]) * 0x85EBCA77u;
        hash = (hash ^ (uint)gram[2]) * 0xC2B2AE3Du;
        return (int)((hash ^ (hash >> 15)) & (uint)_mask);
    }
}
