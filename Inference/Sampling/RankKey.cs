using System.Numerics;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// The one order of tokens that all truncation uses: higher score first, among equal scores the lower token id. A key is a
/// number that sorts ascending in this order, so "keep the best" is always "keys up to a cut", and no two tokens tie.
/// </summary>
internal static class RankKey
{
    private const int InsertionLength = 16;

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
    /// with all smaller ones before it. Expected time is linear, the worst n log n; allocates nothing.
    /// </summary>
    public static ulong Select(Span<ulong> keys, int index)
    {
        int rounds = RoundLimit(keys.Length);
        while (keys.Length > InsertionLength && rounds-- > 0)
        {
            (int high, int low) = Partition(keys);
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
                return keys[index];
            }
        }

        Sort(keys);
        return keys[index];
    }

    /// <summary>
    /// Finds the first key at which the running sum of the weights, in the order of the keys, reaches a mass. Reorders the keys.
    /// Expected time is linear, the worst n log n; allocates nothing.
    /// </summary>
    /// <param name="keys">At least one.</param>
    /// <param name="weights">By token, 0 or more.</param>
    /// <param name="mass">What the sum must reach.</param>
    /// <param name="exceed">True when the sum must be greater, false when it may be equal.</param>
    /// <returns>The key; the last one when the sum of all does not get there.</returns>
    public static ulong SelectByMass(Span<ulong> keys, ReadOnlySpan<float> weights, double mass, bool exceed)
    {
        double before = 0;
        int rounds = RoundLimit(keys.Length);
        while (keys.Length > InsertionLength && rounds-- > 0)
        {
            (int high, int low) = Partition(keys);
            double sum = before + Sum(keys[..(high + 1)], weights);
            if (Reaches(sum, mass, exceed))
            {
                keys = keys[..(high + 1)];
            }
            else
            {
                // No two keys are equal, so the median of three has a greater one behind it.
                before = sum + Sum(keys[(high + 1)..low], weights);
                if (Reaches(before, mass, exceed))
                {
                    return keys[low - 1];
                }

                keys = keys[low..];
            }
        }

        Sort(keys);
        foreach (ulong key in keys)
        {
            before += weights[Token(key)];
            if (Reaches(before, mass, exceed))
            {
                return key;
            }
        }

        return keys[^1];
    }

    /// <summary>Whether a sum reaches a mass.</summary>
    public static bool Reaches(double sum, double mass, bool exceed) => exceed ? sum > mass : sum >= mass;

    // Quickselect halves its keys on average; after twice that many rounds the rest is sorted, which bounds the worst case.
    private static int RoundLimit(int length) => (2 * BitOperations.Log2((uint)length)) + 2;

    private static double Sum(ReadOnlySpan<ulong> keys, ReadOnlySpan<float> weights)
    {
        double sum = 0;
        foreach (ulong key in keys)
        {
            sum += weights[Token(key)];
        }

        return sum;
    }

    /// <summary>Moves smaller keys before larger ones: all up to High are at most, all from Low at least the pivot, one may lie between.</summary>
    private static (int High, int Low) Partition(Span<ulong> keys)
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

        return (high, low);
    }

    private static ulong MedianOfThree(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));

    /// <summary>Sorts ascending. Not Span.Sort, which allocates an object at each call.</summary>
    private static void Sort(Span<ulong> keys)
    {
        if (keys.Length > InsertionLength)
        {
            HeapSort(keys);
            return;
        }

        for (int i = 1; i < keys.Length; i++)
        {
            ulong key = keys[i];
            int hole = i;
            for (; hole > 0 && keys[hole - 1] > key; hole--)
            {
                keys[hole] = keys[hole - 1];
            }

            keys[hole] = key;
        }
    }

    private static void HeapSort(Span<ulong> keys)
    {
        for (int root = (keys.Length / 2) - 1; root >= 0; root--)
        {
            SiftDown(keys, root);
        }

        for (int last = keys.Length - 1; last > 0; last--)
        {
            (keys[0], keys[last]) = (keys[last], keys[0]);
            SiftDown(keys[..last], 0);
        }
    }

    private static void SiftDown(Span<ulong> heap, int root)
    {
        for (int child = (2 * root) + 1; child < heap.Length; child = (2 * root) + 1)
        {
            if (child + 1 < heap.Length && heap[child + 1] > heap[child])
            {
                child++;
            }

            if (heap[root] >= heap[child])
            {
                return;
            }

            (heap[root], heap[child]) = (heap[child], heap[root]);
            root = child;
        }
    }
}
