using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// Passes over the weights exp((score - best) / temperature) of all scores, four at a time, with their sums by block. NaN counts
/// as minus infinity. Stateless; any thread.
/// </summary>
internal static class WeightKernels
{
    /// <summary>
    /// Tokens whose weights are summed into one partial sum, so that a draw need not add up all of them. Ours: partial sums of a
    /// 152k vocabulary fit the first-level cache, and one block is scanned in a microsecond.
    /// </summary>
    public const int BlockLength = 512;

    private const int Lanes = 4;

    /// <summary>Number of partial sums for as many scores.</summary>
    public static int BlockCount(int length) => (length + BlockLength - 1) / BlockLength;

    /// <summary>
    /// Fills the weights exp((score - best) / temperature), 0 where that is below e^-86, and their sums by block.
    /// </summary>
    /// <param name="scores">None above <paramref name="best"/>, which is finite.</param>
    /// <param name="best">The highest score; its weight is 1.</param>
    /// <param name="temperature">Above 0.</param>
    /// <param name="weights">As long as the scores.</param>
    /// <param name="blockSums">Length: <see cref="BlockCount"/>.</param>
    /// <returns>The sum of all weights, and the logarithm of the smallest that is not 0.</returns>
    public static (double Total, float LowestLog) FillWeights(
        ReadOnlySpan<float> scores, float best, float temperature, Span<float> weights, Span<double> blockSums)
    {
        // A product in place of a quotient, and finite, because 0 × infinity is not a number.
        float factor = Math.Min(1 / temperature, float.MaxValue);
        double total = 0;
        Vector128<float> lowestLog = Vector128<float>.Zero;
        for (int block = 0; block < blockSums.Length; block++)
        {
            (int start, int length) = BlockAt(block, scores.Length);
            blockSums[block] = FillBlock(scores.Slice(start, length), best, factor, weights.Slice(start, length), ref lowestLog);
            total += blockSums[block];
        }

        return (total, Math.Min(Math.Min(lowestLog[0], lowestLog[1]), Math.Min(lowestLog[2], lowestLog[3])));
    }

    /// <summary>
    /// Like <see cref="FillWeights"/>, but passes over blocks of which truncation left nothing: their weights and sum are 0 already.
    /// </summary>
    /// <returns>The sum of all weights.</returns>
    public static double RefillWeights(
        ReadOnlySpan<float> scores, float best, float temperature, Span<float> weights, Span<double> blockSums)
    {
        float factor = Math.Min(1 / temperature, float.MaxValue);
        double total = 0;
        Vector128<float> lowestLog = Vector128<float>.Zero;
        for (int block = 0; block < blockSums.Length; block++)
        {
            (int start, int length) = BlockAt(block, scores.Length);
            ReadOnlySpan<float> part = scores.Slice(start, length);
            if (blockSums[block] > 0 || ScoreKernels.FindHighest(part) > float.NegativeInfinity)
            {
                blockSums[block] = FillBlock(part, best, factor, weights.Slice(start, length), ref lowestLog);
                total += blockSums[block];
            }
        }

        return total;
    }

    /// <summary>Sums the weights by block; the result is the sum of all.</summary>
    public static double SumWeights(ReadOnlySpan<float> weights, Span<double> blockSums)
    {
        double total = 0;
        for (int block = 0; block < blockSums.Length; block++)
        {
            (int start, int length) = BlockAt(block, weights.Length);
            blockSums[block] = SumBlock(weights.Slice(start, length));
            total += blockSums[block];
        }

        return total;
    }

    /// <summary>Sums exp(score - best) without keeping the terms.</summary>
    /// <param name="scores">None above <paramref name="best"/>, which is finite.</param>
    /// <param name="best">The highest score.</param>
    public static double SumExponentials(ReadOnlySpan<float> scores, float best)
    {
        ReadOnlySpan<Vector128<float>> vectors = MemoryMarshal.Cast<float, Vector128<float>>(scores);
        Vector128<double> sums = Vector128<double>.Zero;
        foreach (Vector128<float> vector in vectors)
        {
            sums += Widened(WeightOf(vector, best, factor: 1).Weight);
        }

        double sum = Vector128.Sum(sums);
        for (int i = vectors.Length * Lanes; i < scores.Length; i++)
        {
            sum += WeightOf(Vector128.Create(scores[i]), best, factor: 1).Weight.ToScalar();
        }

        return sum;
    }

    /// <summary>
    /// Sums weight × (score - best) over weights above 0: minus the entropy of the distribution, but for the normalisation.
    /// </summary>
    public static double SumWeightedDistances(ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, float best)
    {
        ReadOnlySpan<Vector128<float>> scoreVectors = MemoryMarshal.Cast<float, Vector128<float>>(scores);
        ReadOnlySpan<Vector128<float>> weightVectors = MemoryMarshal.Cast<float, Vector128<float>>(weights)[..scoreVectors.Length];
        Vector128<double> sum = Vector128<double>.Zero;
        for (int i = 0; i < scoreVectors.Length; i++)
        {
            Vector128<float> product = weightVectors[i] * (scoreVectors[i] - Vector128.Create(best));
            sum += Widened(product & Vector128.GreaterThan(weightVectors[i], Vector128<float>.Zero));
        }

        double total = Vector128.Sum(sum);
        for (int i = scoreVectors.Length * Lanes; i < scores.Length; i++)
        {
            total += weights[i] > 0 ? weights[i] * (scores[i] - best) : 0;
        }

        return total;
    }

    /// <summary>
    /// Copies scores, but gives tokens that come late in an order the score minus infinity and the weight 0.
    /// </summary>
    /// <param name="from">Scores by index.</param>
    /// <param name="to">As long; may be the same memory.</param>
    /// <param name="weights">As long as the scores.</param>
    /// <param name="blockSums">Receives the sums of the weights left. Length: <see cref="BlockCount"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="lowestRank">Tokens of lower rank are dropped.</param>
    /// <param name="tieEnd">Index from which on tokens of exactly that rank are dropped too.</param>
    /// <returns>The sum of the weights left.</returns>
    public static double Keep<TOrder>(
        ReadOnlySpan<float> from, Span<float> to, Span<float> weights, Span<double> blockSums,
        TOrder order, float lowestRank, int tieEnd)
        where TOrder : struct, ITokenOrder
    {
        double total = 0;
        for (int block = 0; block < blockSums.Length; block++)
        {
            (int start, int length) = BlockAt(block, from.Length);
            ReadOnlySpan<float> fromBlock = from.Slice(start, length);
            Span<float> toBlock = to.Slice(start, length);
            Span<float> weightBlock = weights.Slice(start, length);
            if (start < tieEnd && tieEnd < start + length)
            {
                // The block in which ties end, token by token.
                KeepTokens(fromBlock, toBlock, weightBlock, order, lowestRank, tieEnd - start);
                blockSums[block] = SumBlock(weightBlock);
            }
            else
            {
                // Behind it, only a higher rank will do.
                float lowest = start < tieEnd ? lowestRank : MathF.BitIncrement(lowestRank);
                blockSums[block] = KeepBlock(fromBlock, toBlock, weightBlock, order, lowest);
            }

            total += blockSums[block];
        }

        return total;
    }

    /// <summary>Sets weights below a bar to 0.</summary>
    public static void ClearBelow(Span<float> weights, double lowest)
    {
        // Weights are single-precision, so they are compared with the least such number that is not below the bar.
        float bar = (float)lowest;
        bar = bar < lowest ? MathF.BitIncrement(bar) : bar;
        Span<Vector128<float>> vectors = MemoryMarshal.Cast<float, Vector128<float>>(weights);
        foreach (ref Vector128<float> vector in vectors)
        {
            vector &= Vector128.GreaterThanOrEqual(vector, Vector128.Create(bar));
        }

        foreach (ref float weight in weights[(vectors.Length * Lanes)..])
        {
            weight = weight >= bar ? weight : 0;
        }
    }

    private static (int Start, int Length) BlockAt(int block, int length)
    {
        int start = block * BlockLength;
        return (start, Math.Min(BlockLength, length - start));
    }

    private static double KeepBlock<TOrder>(ReadOnlySpan<float> from, Span<float> to, Span<float> weights, TOrder order, float lowestRank)
        where TOrder : struct, ITokenOrder
    {
        int tail = from.Length / Lanes * Lanes;
        double sum = KeepVectors(
            MemoryMarshal.Cast<float, Vector128<float>>(from),
            MemoryMarshal.Cast<float, Vector128<float>>(to),
            MemoryMarshal.Cast<float, Vector128<float>>(weights),
            order,
            lowestRank);
        KeepTokens(from[tail..], to[tail..], weights[tail..], order, lowestRank, tieEnd: from.Length);
        return sum + SumBlock(weights[tail..]);
    }

    // A method of its own without calls: across a call the sum would live in memory, and be written there in every round.
    private static double KeepVectors<TOrder>(
        ReadOnlySpan<Vector128<float>> from, Span<Vector128<float>> to, Span<Vector128<float>> weights, TOrder order, float lowestRank)
        where TOrder : struct, ITokenOrder
    {
        to = to[..from.Length];
        weights = weights[..from.Length];
        Vector128<double> sums = Vector128<double>.Zero;
        for (int i = 0; i < from.Length; i++)
        {
            Vector128<float> kept = Vector128.GreaterThanOrEqual(order.RanksOf(from[i]), Vector128.Create(lowestRank));
            to[i] = Vector128.ConditionalSelect(kept, from[i], Vector128.Create(float.NegativeInfinity));
            Vector128<float> weight = weights[i] & kept;
            weights[i] = weight;
            sums += Widened(weight);
        }

        return Vector128.Sum(sums);
    }

    private static void KeepTokens<TOrder>(
        ReadOnlySpan<float> from, Span<float> to, Span<float> weights, TOrder order, float lowestRank, int tieEnd)
        where TOrder : struct, ITokenOrder
    {
        for (int i = 0; i < from.Length; i++)
        {
            float rank = order.RanksOf(Vector128.Create(from[i])).ToScalar();
            bool kept = rank > lowestRank || (rank == lowestRank && i < tieEnd);
            to[i] = kept ? from[i] : float.NegativeInfinity;
            weights[i] = kept ? weights[i] : 0;
        }
    }

    private static double FillBlock(
        ReadOnlySpan<float> scores, float best, float factor, Span<float> weights, ref Vector128<float> lowestLog)
    {
        ReadOnlySpan<Vector128<float>> from = MemoryMarshal.Cast<float, Vector128<float>>(scores);
        Span<Vector128<float>> to = MemoryMarshal.Cast<float, Vector128<float>>(weights)[..from.Length];
        Vector128<double> sums = Vector128<double>.Zero;
        Vector128<float> lowest = lowestLog;
        for (int i = 0; i < from.Length; i++)
        {
            (Vector128<float> weight, Vector128<float> log) = WeightOf(from[i], best, factor);
            to[i] = weight;
            sums += Widened(weight);
            lowest = Vector128.MinNative(lowest, log);
        }

        double sum = Vector128.Sum(sums);
        for (int i = from.Length * Lanes; i < scores.Length; i++)
        {
            (Vector128<float> weight, Vector128<float> log) = WeightOf(Vector128.Create(scores[i]), best, factor);
            weights[i] = weight.ToScalar();
            sum += weights[i];
            lowest = Vector128.MinNative(lowest, log);
        }

        lowestLog = lowest;
        return sum;
    }

    private static double SumBlock(ReadOnlySpan<float> block)
    {
        ReadOnlySpan<Vector128<float>> vectors = MemoryMarshal.Cast<float, Vector128<float>>(block);
        Vector128<double> sum = Vector128<double>.Zero;
        foreach (Vector128<float> vector in vectors)
        {
            sum += Widened(vector);
        }

        double total = Vector128.Sum(sum);
        for (int i = vectors.Length * Lanes; i < block.Length; i++)
        {
            total += block[i];
        }

        return total;
    }

    /// <summary>Weights exp((score - best) × factor), and their logarithms, where they are not 0; else 0 for both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Weight, Vector128<float> Log) WeightOf(Vector128<float> score, float best, float factor)
    {
        Vector128<float> argument = (score - Vector128.Create(best)) * factor;

        // Below the lowest argument, and at NaN, the polynomial gives nonsense; the comparison is false there and clears it.
        Vector128<float> possible = Vector128.GreaterThanOrEqual(argument, Vector128.Create(VectorExp.LowestArgument));
        return (VectorExp.Exp(argument) & possible, argument & possible);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Widened(Vector128<float> vector) => Vector128.WidenLower(vector) + Vector128.WidenUpper(vector);
}
