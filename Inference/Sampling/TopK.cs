using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>Selects the k best of a vocabulary without sorting it. Stateless; any thread.</summary>
internal static class TopK
{
    /// <summary>Least room in which candidates collect, in tokens. Ours: few rounds for a small k, and inside the first-level cache.</summary>
    private const int Room = 1_024;

    /// <summary>
    /// Collects the k best scores above minus infinity, in ascending order of their ids.
    /// </summary>
    /// <param name="scores">By token id.</param>
    /// <param name="k">How many, 1 or more.</param>
    /// <param name="keys">Room for as many keys as there are scores.</param>
    /// <param name="ids">Receives the ids; as long as the scores.</param>
    /// <param name="kept">Receives their scores; as long as the scores, and may be the same memory.</param>
    /// <returns>How many there are: k, or fewer where fewer are above minus infinity.</returns>
    public static int Collect(ReadOnlySpan<float> scores, int k, Span<ulong> keys, Span<int> ids, Span<float> kept)
    {
        (float lowest, int lastOfLowest) = FindCut(scores, k, keys);
        int count = 0;
        for (int i = NextFrom(scores, 0, lowest); i < scores.Length; i = NextFrom(scores, i + 1, lowest))
        {
            if (scores[i] > lowest || i <= lastOfLowest)
            {
                // Written at or before the place just read, so both may be the same memory.
                ids[count] = i;
                kept[count++] = scores[i];
            }
        }

        return count;
    }

    /// <summary>First index from <paramref name="start"/> on whose score is above the bar; the length when there is none.</summary>
    public static int NextAbove(ReadOnlySpan<float> scores, int start, float bar) =>
        bar < float.PositiveInfinity ? NextFrom(scores, start, MathF.BitIncrement(bar)) : scores.Length;

    /// <summary>First index from <paramref name="start"/> on whose score is at or above the bar; the length when there is none.</summary>
    public static int NextFrom(ReadOnlySpan<float> scores, int start, float bar)
    {
        // One by one to the next multiple of four, so that a search that goes on behind a hit reads no vector twice; then vectors.
        int i = start;
        int aligned = Math.Min((start + 3) / 4 * 4, scores.Length);
        for (; i < aligned; i++)
        {
            if (scores[i] >= bar)
            {
                return i;
            }
        }

        ReadOnlySpan<Vector128<float>> vectors = MemoryMarshal.Cast<float, Vector128<float>>(scores[i..]);
        foreach (Vector128<float> vector in vectors)
        {
            uint hits = Vector128.GreaterThanOrEqual(vector, Vector128.Create(bar)).ExtractMostSignificantBits();
            if (hits != 0)
            {
                return i + BitOperations.TrailingZeroCount(hits);
            }

            i += 4;
        }

        while (i < scores.Length && !(scores[i] >= bar))
        {
            i++;
        }

        return i;
    }

    /// <summary>The k-th best score, and the last id up to which that score itself is kept.</summary>
    private static (float Lowest, int LastOfLowest) FindCut(ReadOnlySpan<float> scores, int k, Span<ulong> keys)
    {
        // Collect what beats the k-th best so far; when the room for that is full, find the new k-th best and forget the rest.
        // The best k so far have lower ids, so an equal score is not enough.
        keys = keys[..(int)Math.Min(scores.Length, Math.Max(Room, 2L * k))];
        int count = 0;
        float bar = float.NegativeInfinity;
        for (int i = NextAbove(scores, 0, bar); i < scores.Length; i = NextAbove(scores, i + 1, bar))
        {
            if (count == keys.Length)
            {
                bar = scores[RankKey.Token(RankKey.Select(keys, k - 1))];
                count = k;
                if (scores[i] <= bar)
                {
                    continue;
                }
            }

            keys[count++] = RankKey.Of(scores[i], i);
        }

        if (count <= k && float.IsNegativeInfinity(bar))
        {
            return (float.MinValue, scores.Length);
        }

        int last = RankKey.Token(RankKey.Select(keys[..count], k - 1));
        return (scores[last], last);
    }
}
