namespace MistralServe.Inference.Sampling;

/// <summary>
/// The steps that leave out tokens before the temperature is applied, each on what the one before it left. One step a method;
/// stateless.
/// </summary>
internal static class Truncation
{
    /// <summary>Applies all steps that the options ask for, in llama.cpp's default order.</summary>
    /// <param name="candidates">The whole vocabulary.</param>
    /// <param name="options">What is on.</param>
    /// <param name="xtcDraw">XTC's draw in 0..1; 1 where it is off.</param>
    /// <param name="cut">Finder of cuts by mass.</param>
    public static void Apply(ref Candidates candidates, SamplingOptions options, double xtcDraw, MassCut cut)
    {
        if (options.TopNSigma > 0)
        {
            KeepTopNSigma(ref candidates, options.TopNSigma);
        }

        if (options.TopK > 0 && options.TopK < candidates.Count)
        {
            candidates.KeepTopK(options.TopK);
        }

        if (options.TypicalP < 1)
        {
            KeepTypical(ref candidates, options.TypicalP, cut);
        }

        if (options.TopP < 1)
        {
            KeepTopP(ref candidates, options.TopP, cut);
        }

        if (options.MinP > 0)
        {
            candidates.KeepFrom(candidates.Best + MathF.Log(options.MinP));
        }

        if (xtcDraw < options.XtcProbability)
        {
            DropTopChoices(ref candidates, options.XtcThreshold);
        }
    }

    private static void KeepTopNSigma(ref Candidates candidates, float deviations)
    {
        double deviation = ScoreKernels.ComputeDeviation(candidates.Scores, candidates.Best);
        candidates.KeepFrom((float)(candidates.Best - (deviations * deviation)));
    }

    private static void KeepTypical(ref Candidates candidates, float p, MassCut cut)
    {
        candidates.ComputeWeights();

        // Information minus entropy is (log total - distance) - (log total - mean distance): the total cancels out, and a token
        // is typical when its score is near the mean score.
        double meanDistance = candidates.ComputeMeanDistance();
        NearnessOrder order = new((float)(candidates.Best + meanDistance));
        double range = -meanDistance + Math.Min(NegligibleDistance(candidates.Count, p), candidates.GreatestDistance);
        CutByMass(ref candidates, order, range, p, exceed: true, cut);
        candidates.FindBest();
    }

    private static void KeepTopP(ref Candidates candidates, float p, MassCut cut)
    {
        candidates.ComputeWeights();
        double range = Math.Min(NegligibleDistance(candidates.Count, p), candidates.GreatestDistance);
        CutByMass(ref candidates, new ScoreOrder(candidates.Best), range, p, exceed: false, cut);
    }

    private static void CutByMass<TOrder>(ref Candidates candidates, TOrder order, double range, float p, bool exceed, MassCut cut)
        where TOrder : struct, ITokenOrder
    {
        // All scores equal gives the range 0.
        range = Math.Max(range, 1e-3);
        ulong last = cut.Find(candidates.Scores, candidates.Weights, order, range, candidates.Total, p * candidates.Total, exceed, candidates.Keys);
        candidates.KeepUpTo(order, last);
    }

    /// <summary>Distance from the best score behind which all tokens together have less than the share 1 - p.</summary>
    private static double NegligibleDistance(int count, float p) => Math.Log(count / (1 - (double)p));

    /// <summary>XTC: of the tokens that reach the threshold, only the last in rank stays; a single one stays.</summary>
    private static void DropTopChoices(ref Candidates candidates, float threshold)
    {
        candidates.ComputeWeights();
        double lowest = threshold * candidates.Total;
        ReadOnlySpan<float> scores = candidates.Scores;
        ReadOnlySpan<float> weights = candidates.Weights;
        int last = candidates.BestIndex;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0 && weights[i] >= lowest && scores[i] <= scores[last])
            {
                last = i;
            }
        }

        for (int i = 0; i < weights.Length; i++)
        {
            if (i != last && weights[i] > 0 && weights[i] >= lowest)
            {
                candidates.Drop(i);
            }
        }

        candidates.FindBest();
    }
}
