namespace MistralServe.Inference.Sampling;

/// <summary>Probabilities of the model's own distribution, before temperature, penalties, bias and truncation.</summary>
internal static class LogProbability
{
    /// <summary>Natural-log probability of one token under the softmax of the logits. NaN counts as minus infinity.</summary>
    public static double Compute(ReadOnlySpan<float> logits, int token)
    {
        float max = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            max = logit > max ? logit : max;
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += float.IsNaN(logit) ? 0 : Math.Exp(logit - max);
        }

        return logits[token] - max - Math.Log(sum);
    }
}
