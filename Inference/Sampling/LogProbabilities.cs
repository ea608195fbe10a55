namespace MistralServe.Inference.Sampling;

/// <summary>
/// Probabilities that the model itself gives: the softmax of the logits, before mask, bias, penalties, truncation and
/// temperature. Stateless; any thread; allocates nothing.
/// </summary>
internal static class LogProbabilities
{
    /// <summary>
    /// Computes the log probability of a token, and of the most probable ones beside it.
    /// </summary>
    /// <param name="logits">Scores by token id. NaN counts as minus infinity, plus infinity as the largest finite number.</param>
    /// <param name="token">Token id inside the vocabulary.</param>
    /// <param name="top">
    /// Receives as many of the most probable tokens as fit, falling, among equals the lower id first; empty for none. Made for 20
    /// or fewer: time grows with the length. Not longer than the logits.
    /// </param>
    /// <returns>The token's log probability. When no logit is above minus infinity, all are minus infinity.</returns>
    public static float Compute(ReadOnlySpan<float> logits, int token, Span<TokenLogProbability> top)
    {
        (int best, float bestLogit) = ScoreKernels.FindBest(logits);
        double logTotal = best < 0 ? 0 : Math.Log(SumWeights(logits, bestLogit));
        bestLogit = Math.Min(bestLogit, float.MaxValue);
        SelectTop(logits, top);
        foreach (ref TokenLogProbability entry in top)
        {
            entry = entry with { LogProbability = LogProbabilityOf(logits[entry.Token], bestLogit, logTotal) };
        }

        return LogProbabilityOf(logits[token], bestLogit, logTotal);
    }

    private static double SumWeights(ReadOnlySpan<float> logits, float best)
    {
        if (best <= float.MaxValue)
        {
            return WeightKernels.SumExponentials(logits, best);
        }

        // Next to the largest number, all others weigh nothing.
        int count = 0;
        foreach (float logit in logits)
        {
            count += logit >= float.MaxValue ? 1 : 0;
        }

        return count;
    }

    private static float LogProbabilityOf(float logit, float best, double logTotal)
    {
        if (!(logit > float.NegativeInfinity))
        {
            return float.NegativeInfinity;
        }

        return (float)Math.Min(0, (double)Math.Min(logit, float.MaxValue) - best - logTotal);
    }

    /// <summary>Fills in the tokens, with logits in place of log probabilities.</summary>
    private static void SelectTop(ReadOnlySpan<float> logits, Span<TokenLogProbability> top)
    {
        int count = 0;
        for (int i = 0; count < top.Length && i < logits.Length; i++)
        {
            Insert(top, count++, new(i, float.IsNaN(logits[i]) ? float.NegativeInfinity : logits[i]));
        }

        if (count == 0)
        {
            return;
        }

        // Among equals the earlier one stays, so only a higher logit can push one out.
        float bar = top[^1].LogProbability;
        for (int i = TopK.NextAbove(logits, count, bar); i < logits.Length; i = TopK.NextAbove(logits, i + 1, bar))
        {
            Insert(top, top.Length - 1, new(i, logits[i]));
            bar = top[^1].LogProbability;
        }
    }

    /// <summary>Puts an entry behind those of the first places that are not lower, moving the lower ones back by one.</summary>
    private static void Insert(Span<TokenLogProbability> top, int place, TokenLogProbability entry)
    {
        for (; place > 0 && top[place - 1].LogProbability < entry.LogProbability; place--)
        {
            top[place] = top[place - 1];
        }

        top[place] = entry;
    }
}
