using System.Numerics;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// The one order of tokens that all truncation uses: higher score first, among equal scores the lower token id. A key is a
/// number that sorts ascending in this order, so "keep the best" is always "keys up to a cut", and no two tokens tie.
/// </summary>
internal static class RankKey
{
    /// <summary>Key of a token. <paramref name="score"/> is not NaN.</summary>
    public static ulong Of(float score, int token)
    {
        // IEEE bits ascend with positive values and descend with negative ones: flip so that larger scores give smaller numbers.
        // Adding zero turns minus zero into zero, which it must tie with.
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f);
        uint descending = (bits & 0x8000_0000) != 0 ? bits : ~bits & 0x7FFF_FFFF;
        return ((ulong)descending << 32) | (uint)token;
    }

    /// <summary>The token that a key belongs to.</summary>
    public static int Token(ulong key) => (int)(uint)key;

    /// <summary>
    /// Finds the key that would be at <paramref name="index"/> if the keys were sorted, and reorders them so that it is there
    /// with all smaller ones before it. Expected time is linear.
    /// </summary>
    public static ulong Select(Span<ulong> keys, int index)
    {
        // Quickselect; after this many rounds the rest is sorted, which bounds the worst case.
        int rounds = 2 * BitOperations.Log2((uint)keys.Length) + 2;
        while (keys.Length > 16 && rounds-- > 0)
        {
            ulong pivot = MedianOfThree(keys[0], keys[keys.Length / 2], keys[^1]);
            int low = 0;
            int high = keys.Length - 1;
            while (low <= high)
            {
                while (keys[low] < pivot)
                {
                    low++;
                }

                while (keys[high] > pivot)
                {
                    high--;
                }

                if (low <= high)
                {
                    (keys[low], keys[high]) = (keys[high], keys[low]);
                    low++;
                    high--;
                }
            }

            if (index <= high)
            {
                keys = keys[..(high + 1)];
            }
            else if (index >= low)
            {
                keys = keys[low..];
                index -= low;
            }
            else
            {
                return pivot;
            }
        }

        keys.Sort();
        return keys[index];
    }

    private static ulong MedianOfThree(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
