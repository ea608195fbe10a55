using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// Finds how far truncation by probability mass reaches without sorting the vocabulary:
/// <list type="number">
/// <item>the weights of a sample of the tokens are summed in buckets of equal width over the distance of their scores;</item>
/// <item>from the far end, where single tokens weigh little, the buckets tell between which distances the mass must be reached;</item>
/// <item>one pass over all tokens sums the weights before these distances, and makes keys of the tokens between them;</item>
/// <item>when the mass is reached among these, as the sums say, a selection finds the cut exactly.</item>
/// </list>
/// When the sample has misled, or the vocabulary is small, the weights of all tokens are summed in buckets, which tell the distances for sure.
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

    /// <summary>From this many tokens on a sample is taken first. Ours: of fewer it would be too small to be right.</summary>
    private const int SampledCount = 16_384;

    // Ours: one vector of each this many is in the sample, so that of a 152k vocabulary it has 9,500 tokens.
    private const int SampleStride = 16;

    // Ours. A sample of that size is right within a few hundredths where the mass behind the cut is spread over many tokens; where
    // it is not, the tokens of the sample that the range is widened by stand for sixteen times as many.
    private const double SampleError = 0.05;
    private const int WidenedBy = 8;

    // Vectors whose tokens in a range are noted, a byte each, before they are looked at. Ours.
    private const int HitVectors = 128;
    private const int BitsPerByte = 8;

    private readonly double[] _buckets = new double[BucketCount * Lanes];

    /// <summary>Finds the last token to keep.</summary>
    /// <param name="scores">By index; those of weight 0 are passed over.</param>
    /// <param name="weights">As long as the scores; at least one above 0.</param>
    /// <param name="order">In which tokens are kept.</param>
    /// <param name="range">Distance, in units of the scores, behind which little mass lies; above 0.</param>
    /// <param name="total">Sum of the weights.</param>
    /// <param name="mass">What the weights of the tokens kept must sum to.</param>
    /// <param name="exceed">True when the sum must be greater, false when it may be equal.</param>
    /// <param name="keys">Room for as many keys as there are scores.</param>
    /// <returns>The token's key in this order.</returns>
    public ulong Find<TOrder>(
        ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, TOrder order, double range, double total, double mass, bool exceed, Span<ulong> keys)
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
        if (scores.Length >= SampledCount && TryFindBySample(scores, weights, order, scale, total, mass, exceed, keys) is { } cut)
        {
            return cut;
        }

        FillBuckets(scores, weights, order, scale, stride: 1);
        int bucket = FindBucket(mass, exceed);

        // One more on either side: rounding may put a token at the edge of a bucket into its neighbour.
        (float near, float far) = RangeOf(bucket - 1, bucket + 1, scale);
        (count, double nearer, _) = CollectRange(scores, weights, order, near, far, keys);
        return RankKey.SelectByMass(keys[..count], weights, mass - nearer, exceed);
    }

    /// <summary>Like <see cref="Find"/>, by a sample; null when that misleads, and the cut is still to be found.</summary>
    /// <param name="scale">Buckets per unit of distance.</param>
    internal ulong? TryFindBySample<TOrder>(
        ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, TOrder order, float scale, double total, double mass, bool exceed, Span<ulong> keys)
        where TOrder : struct, ITokenOrder
    {
        FillBuckets(scores, weights, order, scale, SampleStride);
        (float near, float far) = EstimateRange(total - mass, scale);
        (int count, double nearer, double between) = CollectRange(scores, weights, order, near, far, keys);
        return !RankKey.Reaches(nearer, mass, exceed) && RankKey.Reaches(nearer + between, mass, exceed)
            ? RankKey.SelectByMass(keys[..count], weights, mass - nearer, exceed)
            : null;
    }

    /// <summary>The bucket in which the mass is reached.</summary>
    private int FindBucket(double mass, bool exceed)
    {
        double before = 0;
        int last = 0;
        for (int bucket = 0; bucket < BucketCount; bucket++)
        {
            double sum = SumOf(bucket).Sum;
            if (RankKey.Reaches(before + sum, mass, exceed))
            {
                return bucket;
            }

            before += sum;
            last = sum > 0 ? bucket : last;
        }

        // Rounding kept the sum of all below the mass: the cut is the last token there is.
        return last;
    }

    /// <summary>Sum of a bucket, and how many of its lanes have a share in it.</summary>
    private (double Sum, int Lanes) SumOf(int bucket)
    {
        double sum = 0;
        int used = 0;
        foreach (double lane in _buckets.AsSpan(bucket * Lanes, Lanes))
        {
            sum += lane;
            used += lane > 0 ? 1 : 0;
        }

        return (sum, used);
    }

    /// <summary>Between which distances the mass is probably reached, by the sample in the buckets.</summary>
    /// <param name="rest">What the weights behind the cut sum to.</param>
    /// <param name="scale">Buckets per unit of distance.</param>
    private (float Near, float Far) EstimateRange(double rest, float scale)
    {
        // Before the cut a single token may weigh most of all, and the sample may have missed it; behind it none weighs much.
        int far = BucketCount - 1;
        double behind = SumOf(far).Sum * SampleStride;
        while (far > 0 && behind < rest * (1 - SampleError))
        {
            behind += SumOf(--far).Sum * SampleStride;
        }

        int near = far;
        while (near > 0 && behind < rest * (1 + SampleError))
        {
            behind += SumOf(--near).Sum * SampleStride;
        }

        for (int seen = 0; far < BucketCount - 1 && seen < WidenedBy; seen += SumOf(far).Lanes)
        {
            far++;
        }

        for (int seen = 0; near > 0 && seen < WidenedBy; seen += SumOf(near).Lanes)
        {
            near--;
        }

        return RangeOf(near, far, scale);
    }

    /// <summary>The distances of some buckets, the last one's end included. The last of all has no end.</summary>
    private static (float Near, float Far) RangeOf(int near, int far, float scale) => (near / scale, far < BucketCount - 1 ? (far + 1) / scale : float.MaxValue);

    /// <summary>Makes keys of the tokens in a range of distances; sums their weights, and those of the tokens before them.</summary>
    private static (int Count, double Nearer, double Between) CollectRange<TOrder>(
        ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, TOrder order, float near, float far, Span<ulong> keys)
        where TOrder : struct, ITokenOrder
    {
        ReadOnlySpan<Vector128<float>> scoreVectors = MemoryMarshal.Cast<float, Vector128<float>>(scores);
        ReadOnlySpan<Vector128<float>> weightVectors = MemoryMarshal.Cast<float, Vector128<float>>(weights)[..scoreVectors.Length];
        Span<byte> hits = stackalloc byte[HitVectors];
        double before = 0;
        double between = 0;
        int count = 0;
        for (int start = 0; start < scoreVectors.Length; start += HitVectors)
        {
            int length = Math.Min(HitVectors, scoreVectors.Length - start);
            hits[length..].Clear();
            before += FindHits(scoreVectors.Slice(start, length), weightVectors.Slice(start, length), order, near, far, hits);
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(hits);
            for (int word = 0; word < words.Length; word++)
            {
                for (ulong left = words[word]; left != 0; left &= left - 1)
                {
                    int bit = BitOperations.TrailingZeroCount(left);
                    int token = (start + word * sizeof(ulong) + bit / BitsPerByte) * Lanes + bit % BitsPerByte;
                    count = Add(token, scores, weights, order, keys, count);
                    between += weights[token];
                }
            }
        }

        for (int i = scoreVectors.Length * Lanes; i < scores.Length; i++)
        {
            float distance = order.DistancesOf(Vector128.Create(scores[i])).ToScalar();
            if (distance < near)
            {
                before += weights[i];
            }
            else if (distance <= far)
            {
                count = Add(i, scores, weights, order, keys, count);
                between += weights[i];
            }
        }

        return (count, before, between);
    }

    // A method of its own without calls: across a call the sum would live in memory, and be written there in every round.
    private static double FindHits<TOrder>(
        ReadOnlySpan<Vector128<float>> scores, ReadOnlySpan<Vector128<float>> weights, TOrder order, float near, float far, Span<byte> hits)
        where TOrder : struct, ITokenOrder
    {
        weights = weights[..scores.Length];
        hits = hits[..scores.Length];
        Vector128<double> sums = Vector128<double>.Zero;
        for (int i = 0; i < scores.Length; i++)
        {
            // Distances may be infinite or NaN where the weight is 0; those are in no range.
            Vector128<float> distances = order.DistancesOf(scores[i]);
            Vector128<float> nearer = Vector128.LessThan(distances, Vector128.Create(near));
            Vector128<float> weight = weights[i] & nearer;
            sums += Vector128.WidenLower(weight) + Vector128.WidenUpper(weight);
            hits[i] = (byte)Vector128.AndNot(Vector128.LessThanOrEqual(distances, Vector128.Create(far)), nearer).ExtractMostSignificantBits();
        }

        return Vector128.Sum(sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> BucketsOf<TOrder>(Vector128<float> scores, Vector128<float> weights, TOrder order, float scale)
        where TOrder : struct, ITokenOrder
    {
        // Distances may be infinite or NaN where the weight is 0; those go to bucket 0, where 0 is added.
        Vector128<float> distance = order.DistancesOf(scores) & Vector128.GreaterThan(weights, Vector128<float>.Zero);
        return Vector128.ConvertToInt32Native(Vector128.MinNative(distance * scale, Vector128.Create(BucketCount - 1f)));
    }

    private void FillBuckets<TOrder>(ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, TOrder order, float scale, int stride)
        where TOrder : struct, ITokenOrder
    {
        Span<double> buckets = _buckets;
        buckets.Clear();
        ReadOnlySpan<Vector128<float>> scoreVectors = MemoryMarshal.Cast<float, Vector128<float>>(scores);
        ReadOnlySpan<Vector128<float>> weightVectors = MemoryMarshal.Cast<float, Vector128<float>>(weights)[..scoreVectors.Length];
        for (int i = 0; i < scoreVectors.Length; i += stride)
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
