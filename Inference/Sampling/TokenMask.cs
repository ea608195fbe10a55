using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// The form of an allowed-token mask: token t is bit t % 64 of word t / 64, set when it is allowed. Bits behind the vocabulary
/// mean nothing. Stateless; any thread.
/// </summary>
internal static class TokenMask
{
    // Ours: a pass over the 64 scores of a word takes as long as about so many writes.
    private const int FewForbidden = 10;

    /// <summary>Number of words of a mask over a vocabulary.</summary>
    public static int WordCount(int vocabularySize) => (vocabularySize + 63) / 64;

    /// <summary>A mask that allows some tokens.</summary>
    /// <param name="tokens">Ids inside the vocabulary.</param>
    /// <param name="vocabularySize">Number of tokens.</param>
    public static ulong[] Of(IReadOnlyList<int> tokens, int vocabularySize)
    {
        ulong[] mask = new ulong[WordCount(vocabularySize)];
        foreach (int token in tokens)
        {
            mask[token / 64] |= 1UL << (token % 64);
        }

        return mask;
    }

    /// <summary>Whether a token is allowed.</summary>
    public static bool IsAllowed(ReadOnlySpan<ulong> mask, int token) => (mask[token / 64] >> (token % 64) & 1) != 0;

    /// <summary>Gives tokens that are not allowed the score minus infinity.</summary>
    /// <param name="mask">Length: <see cref="WordCount"/> of the scores.</param>
    /// <param name="scores">By token id.</param>
    public static void Apply(ReadOnlySpan<ulong> mask, Span<float> scores)
    {
        Vector128<uint> bits = Vector128.Create(1u, 2u, 4u, 8u);
        for (int word = 0; word < mask.Length; word++)
        {
            Span<float> part = scores.Slice(word * 64, Math.Min(64, scores.Length - (word * 64)));
            if (mask[word] == 0)
            {
                part.Fill(float.NegativeInfinity);
                continue;
            }

            // Inside a text most are allowed: it is quicker to go through the others.
            ulong forbidden = ~mask[word];
            if (BitOperations.PopCount(forbidden) <= FewForbidden)
            {
                for (; forbidden != 0 && BitOperations.TrailingZeroCount(forbidden) is var place && place < part.Length; forbidden &= forbidden - 1)
                {
                    part[place] = float.NegativeInfinity;
                }

                continue;
            }

            Span<Vector128<float>> vectors = MemoryMarshal.Cast<float, Vector128<float>>(part);
            for (int i = 0; i < vectors.Length; i++)
            {
                Vector128<uint> allowed = Vector128.Equals(Vector128.Create((uint)(mask[word] >> (4 * i))) & bits, bits);
                vectors[i] = Vector128.ConditionalSelect(allowed.AsSingle(), vectors[i], Vector128.Create(float.NegativeInfinity));
            }

            for (int i = vectors.Length * 4; i < part.Length; i++)
            {
                part[i] = (mask[word] >> i & 1) != 0 ? part[i] : float.NegativeInfinity;
            }
        }
    }

    /// <summary>Takes the tokens out of a mask that another does not allow; does nothing when that would leave none.</summary>
    /// <param name="mask">At least one token of the vocabulary allowed.</param>
    /// <param name="other">As long as the mask.</param>
    /// <param name="vocabularySize">Number of tokens.</param>
    public static void IntersectUnlessEmpty(Span<ulong> mask, ReadOnlySpan<ulong> other, int vocabularySize)
    {
        ulong any = 0;
        for (int word = 0; word < mask.Length; word++)
        {
            int behind = Math.Max(0, ((word + 1) * 64) - vocabularySize);
            any |= (mask[word] & other[word]) << behind;
        }

        for (int word = 0; word < mask.Length && any != 0; word++)
        {
            mask[word] &= other[word];
        }
    }

    /// <summary>
    /// Whether bans leave a token: one that the mask allows and neither list names. The lists may name a token twice.
    /// </summary>
    /// <param name="mask">Empty when all tokens are allowed.</param>
    /// <param name="vocabularySize">Number of tokens.</param>
    /// <param name="bans">Some banned tokens.</param>
    /// <param name="moreBans">Further banned tokens.</param>
    public static bool LeavesAny(ReadOnlySpan<ulong> mask, int vocabularySize, ReadOnlySpan<int> bans, ReadOnlySpan<int> moreBans)
    {
        // Almost always more tokens are allowed than banned, and counting settles it.
        long banned = (long)bans.Length + moreBans.Length;
        return (mask.IsEmpty ? vocabularySize > banned : AllowsMoreThan(banned, mask, vocabularySize)) || FindLowest(mask, vocabularySize, bans, moreBans) >= 0;
    }

    /// <summary>The lowest token that the mask allows and neither list names; -1 when there is none.</summary>
    /// <inheritdoc cref="LeavesAny"/>
    public static int FindLowest(ReadOnlySpan<ulong> mask, int vocabularySize, ReadOnlySpan<int> bans, ReadOnlySpan<int> moreBans)
    {
        for (int token = 0; token < vocabularySize; token++)
        {
            // Masks are mostly zeros when few tokens are allowed: on to the next that is.
            if (!mask.IsEmpty && !IsAllowed(mask, token))
            {
                ulong rest = mask[token / 64] >> (token % 64);
                token += rest == 0 ? 63 - (token % 64) : BitOperations.TrailingZeroCount(rest) - 1;
                continue;
            }

            if (!bans.Contains(token) && !moreBans.Contains(token))
            {
                return token;
            }
        }

        return -1;
    }

    private static bool AllowsMoreThan(long least, ReadOnlySpan<ulong> mask, int vocabularySize)
    {
        long count = 0;
        for (int word = 0; word < mask.Length && count <= least; word++)
        {
            int behind = Math.Max(0, ((word + 1) * 64) - vocabularySize);
            count += BitOperations.PopCount(mask[word] << behind);
        }

        return count > least;
    }
}
