using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// Finds how far truncation by probability mass reaches without sorting the vocabulary:
/// <list type="number">
/// <item>the weights are summed in buckets of equal width over the distance of their scores;</item>
/// <item>the bucket in which the mass is reached is found by adding up;</item>
/// <item>only its tokens become keys, and a selection among these finds the cut exactly.</item>
/// </list>
/// Owned by one thread.
/// </summary>
internal sealed class MassCut
{
    // Ours: 16 KiB of sums stay in the first-level cache beside the scores that stream by, and a bucket of a flat 152k
    // vocabulary still holds few enough tokens (about a thousand) to select among.
    private const int BucketCount = 512;

    // A bucket is four sums, one a lane: two additions to the same number would wait for each other.
    private const int Lanes = 4;

    /// <summary>Up to this many tokens a selection among all is faster than filling buckets. Ours.</summary>
    private const int SmallCount = 512;

    private readonly double[] _buckets = new double[BucketCount * Lanes];

    /// <summary>Finds the last token to keep.</summary>
    /// <param name="scores">By index; those of weight 0 are passed over.</param>
    /// <param name="weights">As long as the scores; at least one above 0.</param>
    /// <param name="order">In which tokens are kept.</param>
    /// <param name="range">Distance, in units of the scores, behind which little mass lies; above 0.</param>
    /// <param name="mass">What the weights of the tokens kept must sum to.</param>
    /// <param name="exceed">True when the sum must be greater, false when it may be equal.</param>
    /// <param name="keys">Room for as many keys as there are scores.</param>
    /// <returns>The token's key in this order.</returns>
    public ulong Find<TOrder>(
        ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, TOrder order, double range, double mass, bool exceed, Span<ulong> keys)
        where TOrder : struct, ITokenOrder
    {
        int count = 0;
        if (scores.Length <= SmallCount)
        {
            for (int i = 0; i < scores.Length; i++)
            {
                count = Add(i, scores, weights, order, keys, count);
            }

            return RankKey.SelectByMass(keys[..count], weights, mass, exceed);
        }

        // The last bucket takes all that lies behind the range.
        float scale = (float)((BucketCount - 1) / range);
        FillBuckets(scores, weights, order, scale);
        (int bucket, double before) = FindBucket(mass, exceed);
        count = Collect(scores, weights, order, scale, bucket, keys);
        return RankKey.SelectByMass(keys[..count], weights, mass - before, exceed);
    }

    /// <summary>The bucket in which the mass is reached, and the sum of those before it.</summary>
    private (int Bucket, double Before) FindBucket(double mass, bool exceed)
    {
        double before = 0;
        int last = 0;
        for (int bucket = 0; bucket < BucketCount; bucket++)
        {
            ReadOnlySpan<double> lanes = _buckets.AsSpan(bucket * Lanes, Lanes);
            double sum = lanes[0] + lanes[1] + lanes[2] + lanes[3];
            if (exceed ? before + sum > mass : before + sum >= mass)
            {
                return (bucket, before);
            }

            before += sum;
            last = sum > 0 ? bucket : last;
        }

        // Rounding kept the sum of all below the mass: the cut is the last token there is.
        return (last, double.NegativeInfinity);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> BucketsOf<TOrder>(Vector128<float> scores, Vector128<float> weights, TOrder order, float scale)
        where TOrder : struct, ITokenOrder
    {
        // Distances may be infinite or NaN where the weight is 0; those go to bucket 0, where 0 is added.
        Vector128<float> distance = order.DistancesOf(scores) & Vector128.GreaterThan(weights, Vector128<float>.Zero);
        return Vector128.ConvertToInt32Native(Vector128.MinNative(distance * scale, Vector128.Create(BucketCount - 1f)));
    }

    private void FillBuckets<TOrder>(ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, TOrder order, float scale)
        where TOrder : struct, ITokenOrder
    {
        Span<double> buckets = _buckets;
        buckets.Clear();
        ReadOnlySpan<Vector128<float>> scoreVectors = MemoryMarshal.Cast<float, Vector128<float>>(scores);
        ReadOnlySpan<Vector128<float>> weightVectors = MemoryMarshal.Cast<float, Vector128<float>>(weights)[..scoreVectors.Length];
        for (int i = 0; i < scoreVectors.Length; i++)
        {
            Vector128<int> index = Vector128.ShiftLeft(BucketsOf(scoreVectors[i], weightVectors[i], order, scale), 2);
            (Vector128<double> low, Vector128<double> high) = Vector128.Widen(weightVectors[i]);
            long pair = index.AsInt64().ToScalar();
            buckets[(int)pair] += low[0];
            buckets[(int)(pair >> 32) + 1] += low[1];
            pair = Vector128.Shuffle(index, Vector128.Create(2, 3, 0, 1)).AsInt64().ToScalar();
            buckets[(int)pair + 2] += high[0];
            buckets[(int)(pair >> 32) + 3] += high[1];
        }

        for (int i = scoreVectors.Length * Lanes; i < scores.Length; i++)
        {
            buckets[BucketOf(scores[i], weights[i], order, scale) * Lanes] += weights[i];
        }
    }

    private static int Collect<TOrder>(
        ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, TOrder order, float scale, int bucket, Span<ulong> keys)
        where TOrder : struct, ITokenOrder
    {
        ReadOnlySpan<Vector128<float>> scoreVectors = MemoryMarshal.Cast<float, Vector128<float>>(scores);
        ReadOnlySpan<Vector128<float>> weightVectors = MemoryMarshal.Cast<float, Vector128<float>>(weights)[..scoreVectors.Length];
        int count = 0;
        for (int i = 0; (i += NextInBucket(scoreVectors[i..], weightVectors[i..], order, scale, bucket)) < scoreVectors.Length; i++)
        {
            for (int lane = i * Lanes; lane < (i + 1) * Lanes; lane++)
            {
                if (BucketOf(scores[lane], weights[lane], order, scale) == bucket)
                {
                    count = Add(lane, scores, weights, order, keys, count);
                }
            }
        }

        for (int i = scoreVectors.Length * Lanes; i < scores.Length; i++)
        {
            if (BucketOf(scores[i], weights[i], order, scale) == bucket)
            {
                count = Add(i, scores, weights, order, keys, count);
            }
        }

        return count;
    }

    /// <summary>Index of the first vector with a token in the bucket; the length when there is none.</summary>
    private static int NextInBucket<TOrder>(
        ReadOnlySpan<Vector128<float>> scores, ReadOnlySpan<Vector128<float>> weights, TOrder order, float scale, int bucket)
        where TOrder : struct, ITokenOrder
    {
        weights = weights[..scores.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            if (Vector128.EqualsAny(BucketsOf(scores[i], weights[i], order, scale), Vector128.Create(bucket)))
            {
                return i;
            }
        }

        return scores.Length;
    }

    private static int Add<TOrder>(int i, ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, TOrder order, Span<ulong> keys, int count)
        where TOrder : struct, ITokenOrder
    {
        if (weights[i] > 0)
        {
            keys[count++] = RankKey.Of(order.RanksOf(Vector128.Create(scores[i])).ToScalar(), i);
        }

        return count;
    }

    private static int BucketOf<TOrder>(float score, float weight, TOrder order, float scale)
        where TOrder : struct, ITokenOrder => BucketsOf(Vector128.Create(score), Vector128.Create(weight), order, scale).ToScalar();
}
