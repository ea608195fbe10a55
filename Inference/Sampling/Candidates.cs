using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// The tokens still in play for one position, in ascending order of their ids: the whole vocabulary, or what top_k collected.
/// A token that truncation drops keeps its place and gets the score minus infinity and the weight 0. Lives for one call.
/// </summary>
internal ref struct Candidates
{
    private readonly SamplerScratch _scratch;
    private ReadOnlySpan<float> _scores;
    private ReadOnlySpan<int> _ids;
    private bool _ownScores;

    // Weights at temperature 1 relative to this score; NaN when there are none yet. Sums are stale after single tokens were dropped.
    private float _weightsBest;
    private bool _sumsAreStale;
    private float _greatestDistance;
    private double _total;

    /// <summary>The whole vocabulary.</summary>
    /// <param name="scratch">Of the vocabulary's size.</param>
    /// <param name="scores">By token id; not changed unless they are the scratch's own.</param>
    /// <param name="best">Index of the highest score, which is finite.</param>
    public Candidates(SamplerScratch scratch, ReadOnlySpan<float> scores, int best)
    {
        _scratch = scratch;
        _scores = scores;
        _ownScores = scores.Overlaps(scratch.Scores);
        _weightsBest = float.NaN;
        BestIndex = best;
    }

    /// <summary>Index of the highest score, among equals the first.</summary>
    public int BestIndex { get; private set; }

    /// <summary>Places, those of dropped tokens included.</summary>
    public readonly int Count => _scores.Length;

    /// <summary>The highest score.</summary>
    public readonly float Best => _scores[BestIndex];

    /// <summary>Scores by index; minus infinity for dropped tokens.</summary>
    public readonly ReadOnlySpan<float> Scores => _scores;

    /// <summary>Weights exp(score - best) by index, valid after <see cref="ComputeWeights"/>; 0 for dropped tokens.</summary>
    public readonly Span<float> Weights => _scratch.Weights.AsSpan(0, Count);

    /// <summary>Room for keys. Length: <see cref="Count"/>.</summary>
    public readonly Span<ulong> Keys => _scratch.Keys.AsSpan(0, Count);

    /// <summary>Sum of the weights, after <see cref="ComputeWeights"/>.</summary>
    public readonly double Total => _total;

    /// <summary>Distance from the best score behind which there is no weight, after <see cref="ComputeWeights"/>.</summary>
    public readonly float GreatestDistance => _greatestDistance;

    private readonly Span<double> BlockSums => _scratch.BlockSums.AsSpan(0, WeightKernels.BlockCount(Count));

    /// <summary>The token at an index.</summary>
    public readonly int TokenAt(int index) => _ids.IsEmpty ? index : _ids[index];

    /// <summary>Narrows the vocabulary to its k best tokens.</summary>
    public void KeepTopK(int k)
    {
        int count = TopK.Collect(_scores, k, _scratch.Keys, _scratch.Ids, _scratch.Scores);
        int best = _scratch.Ids.AsSpan(0, count).BinarySearch(BestIndex);
        _ids = _scratch.Ids.AsSpan(0, count);
        _scores = _scratch.Scores.AsSpan(0, count);
        _ownScores = true;
        BestIndex = best;
    }

    /// <summary>Drops the scores below a bar.</summary>
    /// <param name="lowest">Not above <see cref="Best"/>.</param>
    public void KeepFrom(float lowest) => Keep(new ScoreOrder(Best), lowest, Count);

    /// <summary>Drops what comes later in an order than a key, which belongs to a token in play.</summary>
    public void KeepUpTo<TOrder>(TOrder order, ulong cut)
        where TOrder : struct, ITokenOrder
    {
        int last = RankKey.Token(cut);
        Keep(order, order.RanksOf(Vector128.Create(_scores[last])).ToScalar(), last);
    }

    /// <summary>Drops one token.</summary>
    public void Drop(int index)
    {
        Own()[index] = float.NegativeInfinity;
        Weights[index] = 0;
        _sumsAreStale = true;
    }

    /// <summary>Counts the tokens in play.</summary>
    public readonly int CountLeft()
    {
        int count = 0;
        foreach (float score in _scores)
        {
            count += score > float.NegativeInfinity ? 1 : 0;
        }

        return count;
    }

    /// <summary>Finds the highest score anew, after tokens were dropped that may have held it.</summary>
    public void FindBest() => BestIndex = ScoreKernels.FindBest(_scores).Index;

    /// <summary>Makes weights and total those of the tokens in play, relative to the best.</summary>
    public void ComputeWeights()
    {
        if (_weightsBest != Best)
        {
            (_total, float lowestLog) = WeightKernels.FillWeights(_scores, Best, 1, Weights, BlockSums);
            _greatestDistance = -lowestLog;
            _weightsBest = Best;
        }
        else if (_sumsAreStale)
        {
            _total = WeightKernels.SumWeights(Weights, BlockSums);
        }

        _sumsAreStale = false;
    }

    /// <summary>Entropy of the weights in nats, after <see cref="ComputeWeights"/>.</summary>
    public readonly double ComputeEntropy() => Math.Log(_total) - ComputeMeanDistance();

    /// <summary>Mean over the weights of score - best, 0 or below, after <see cref="ComputeWeights"/>.</summary>
    public readonly double ComputeMeanDistance() => WeightKernels.SumWeightedDistances(_scores, Weights, Best) / _total;

    /// <summary>
    /// Makes the weights those of a temperature. Afterwards the methods of temperature 1 may not be used any more.
    /// </summary>
    /// <param name="temperature">Above 0.</param>
    public void ApplyTemperature(float temperature)
    {
        if (temperature == 1)
        {
            ComputeWeights();
            return;
        }

        _total = _weightsBest == Best
            ? WeightKernels.RefillWeights(_scores, Best, temperature, Weights, BlockSums)
            : WeightKernels.FillWeights(_scores, Best, temperature, Weights, BlockSums).Total;
        _weightsBest = float.NaN;
    }

    /// <summary>Drops the weights below a bar and sums the others; the scores stay.</summary>
    /// <param name="lowest">At most 1, so that the best token stays.</param>
    public void KeepWeightsFrom(double lowest)
    {
        WeightKernels.ClearBelow(Weights, lowest);
        _total = WeightKernels.SumWeights(Weights, BlockSums);
    }

    /// <summary>The first index whose running sum of weights exceeds draw × total.</summary>
    /// <param name="draw">In 0..1, 1 excluded.</param>
    public readonly int Draw(double draw)
    {
        double target = draw * _total;
        double sum = 0;
        int block = 0;
        Span<double> blockSums = BlockSums;
        while (block < blockSums.Length - 1 && sum + blockSums[block] <= target)
        {
            sum += blockSums[block++];
        }

        for (int i = block * WeightKernels.BlockLength; i < Count; i++)
        {
            sum += Weights[i];
            if (sum > target)
            {
                return i;
            }
        }

        // Rounding kept the sum at or below the target: the last token that has a weight.
        return Weights.LastIndexOfAnyExcept(0f);
    }

    private void Keep<TOrder>(TOrder order, float lowestRank, int lastOfLowest)
        where TOrder : struct, ITokenOrder
    {
        Span<float> own = _scratch.Scores.AsSpan(0, Count);
        int tieEnd = Math.Min(lastOfLowest + 1, Count);
        _total = WeightKernels.Keep(_scores, own, Weights, BlockSums, order, lowestRank, tieEnd);
        _scores = own;
        _ownScores = true;
        _sumsAreStale = false;
    }

    private Span<float> Own()
    {
        Span<float> own = _scratch.Scores.AsSpan(0, Count);
        if (!_ownScores)
        {
            _scores.CopyTo(own);
            _scores = own;
            _ownScores = true;
        }

        return own;
    }
}
