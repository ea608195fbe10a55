using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Sampling;

/// <summary>The documented steps, each in the most obvious way and with double precision throughout. Slow.</summary>
internal static class ReferenceSampler
{
    /// <summary>Probability of each token that is left, by token id.</summary>
    public static SortedDictionary<int, double> Distribution(
        SamplingOptions options, float[] logits, int[] banned, int[] prompt, int[] generated, bool[]? allowed = null, bool xtc = false)
    {
        double[] scores = Adjust(options, logits, banned, prompt, generated, allowed);
        IEnumerable<int> possible = Enumerable.Range(0, scores.Length).Where(t => scores[t] > double.NegativeInfinity);
        List<int> order = [.. possible.OrderByDescending(t => scores[t]).ThenBy(t => t)];
        order = Truncate(options, order, scores, xtc);
        double[] final = Softmax(order, scores, Temperature(options, order, scores));
        return new(order.Zip(final).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    /// <summary>What mirostat keeps of a distribution, normalised.</summary>
    public static SortedDictionary<int, double> KeepWithinSurprise(SortedDictionary<int, double> distribution, double bound)
    {
        KeyValuePair<int, double>[] kept = [.. distribution.Where(pair => -Math.Log2(pair.Value) <= bound)];
        kept = kept.Length > 0 ? kept : [distribution.MaxBy(pair => pair.Value)];
        return new(kept.ToDictionary(pair => pair.Key, pair => pair.Value / kept.Sum(other => other.Value)));
    }

    /// <summary>The token that a draw picks, and how far the draw was from a border between two.</summary>
    public static (int Token, double Margin) Pick(SortedDictionary<int, double> distribution, double draw)
    {
        double sum = 0;
        foreach ((int token, double probability) in distribution)
        {
            double start = sum;
            sum += probability;
            if (sum > draw)
            {
                return (token, Math.Min(draw - start, sum - draw));
            }
        }

        return (distribution.Keys.Last(), 0);
    }

    /// <summary>What DRY takes from each token, found by comparing everything with everything.</summary>
    public static Dictionary<int, double> DryPenalties(SamplingOptions options, int[] tokens)
    {
        int[] window = options.DryWindow < 0 ? tokens : [.. tokens.TakeLast(options.DryWindow)];
        int limit = tokens.Length;
        foreach (int[] breaker in options.DrySequenceBreakers)
        {
            for (int end = breaker.Length; end <= tokens.Length; end++)
            {
                if (tokens[(end - breaker.Length)..end].SequenceEqual(breaker))
                {
                    limit = Math.Min(limit, tokens.Length - end);
                }
            }
        }

        Dictionary<int, double> penalties = [];
        for (int place = 1; place < window.Length && options.DryMultiplier > 0; place++)
        {
            int length = 0;
            while (length < Math.Min(limit, place) && window[place - 1 - length] == window[^(1 + length)])
            {
                length++;
            }

            int token = window[place];
            if (length >= options.DryAllowedLength && !options.DrySequenceBreakers.Any(breaker => breaker.SequenceEqual([token])))
            {
                double penalty = options.DryMultiplier * Math.Pow(options.DryBase, length - options.DryAllowedLength);
                penalties[token] = Math.Max(penalty, penalties.GetValueOrDefault(token));
            }
        }

        return penalties;
    }

    private static double[] Adjust(
        SamplingOptions options, float[] logits, int[] banned, int[] prompt, int[] generated, bool[]? allowed)
    {
        double[] scores = Array.ConvertAll(
            logits, logit => float.IsNaN(logit) ? double.NegativeInfinity : Math.Min(logit, float.MaxValue));
        bool IsBanned(int token) => banned.Contains(token) || float.IsNegativeInfinity(options.LogitBias.GetValueOrDefault(token));
        bool bansHold = Enumerable.Range(0, scores.Length).Any(t => (allowed is null || allowed[t]) && !IsBanned(t));
        foreach ((int token, float bias) in options.LogitBias)
        {
            scores[token] += float.IsNegativeInfinity(bias) ? 0 : bias;
        }

        Penalise(options, scores, prompt, generated);
        foreach ((int token, double penalty) in DryPenalties(options, [.. prompt, .. generated]))
        {
            scores[token] -= penalty;
        }

        for (int token = 0; token < scores.Length; token++)
        {
            if ((bansHold && IsBanned(token)) || (allowed is not null && !allowed[token]))
            {
                scores[token] = double.NegativeInfinity;
            }
        }

        return scores;
    }

    private static List<int> Truncate(SamplingOptions options, List<int> order, double[] scores, bool xtc)
    {
        if (options.TopNSigma > 0)
        {
            double mean = order.Average(t => scores[t]);
            double deviation = Math.Sqrt(order.Average(t => (scores[t] - mean) * (scores[t] - mean)));
            double lowest = scores[order[0]] - (options.TopNSigma * deviation);
            order = [.. order.Where(t => scores[t] >= lowest)];
        }

        order = options.TopK > 0 ? [.. order.Take(options.TopK)] : order;
        if (options.TypicalP < 1)
        {
            double[] probabilities = Softmax(order, scores, 1);
            double entropy = -probabilities.Sum(p => p > 0 ? p * Math.Log(p) : 0);
            Dictionary<int, double> unusual = order.Zip(probabilities).ToDictionary(pair => pair.First, pair => Math.Abs(-Math.Log(pair.Second) - entropy));
            List<int> typical = KeepMass([.. order.OrderBy(t => unusual[t]).ThenBy(t => t)], scores, scores[order[0]], options.TypicalP, exceed: true);
            order = [.. typical.OrderByDescending(t => scores[t]).ThenBy(t => t)];
        }

        order = options.TopP < 1 ? KeepMass(order, scores, scores[order[0]], options.TopP, exceed: false) : order;
        double best = scores[order[0]];
        order = options.MinP > 0 ? [.. order.Where(t => Math.Exp(scores[t] - best) >= options.MinP)] : order;
        if (xtc)
        {
            int choices = Softmax(order, scores, 1).Count(p => p >= options.XtcThreshold);
            order = [.. order.Skip(Math.Max(0, choices - 1))];
        }

        return order;
    }

    private static double Temperature(SamplingOptions options, List<int> order, double[] scores)
    {
        if (options.DynamicTemperatureRange == 0 || order.Count < 2)
        {
            return options.Temperature;
        }

        double entropy = -Softmax(order, scores, 1).Sum(p => p > 0 ? p * Math.Log(p) : 0);
        double low = Math.Max(0, options.Temperature - options.DynamicTemperatureRange);
        double high = options.Temperature + options.DynamicTemperatureRange;
        return Math.Max(1e-30, low + ((high - low) * Math.Pow(entropy / Math.Log(order.Count), options.DynamicTemperatureExponent)));
    }

    // Sums weights, not probabilities: whole numbers of equal weights are then summed without rounding, here as in the product.
    private static List<int> KeepMass(List<int> order, double[] scores, double best, double mass, bool exceed)
    {
        double total = order.Sum(t => Math.Exp(scores[t] - best));
        double sum = 0;
        int count = 0;
        while (count < order.Count && (count == 0 || (exceed ? sum <= mass * total : sum < mass * total)))
        {
            sum += Math.Exp(scores[order[count++]] - best);
        }

        return order[..count];
    }

    private static void Penalise(SamplingOptions options, double[] scores, int[] prompt, int[] generated)
    {
        int[] all = [.. prompt, .. generated];
        int[] window = options.RepetitionWindow < 0 ? all : [.. all.TakeLast(options.RepetitionWindow)];
        foreach (int token in window.Distinct())
        {
            scores[token] = scores[token] > 0 ? scores[token] / options.RepetitionPenalty : scores[token] * options.RepetitionPenalty;
        }

        foreach (IGrouping<int, int> group in generated.GroupBy(token => token))
        {
            scores[group.Key] -= group.Count() * (double)options.FrequencyPenalty + options.PresencePenalty;
        }
    }

    private static double[] Softmax(List<int> tokens, double[] scores, double temperature)
    {
        double best = tokens.Max(t => scores[t]);
        double[] weights = [.. tokens.Select(t => Math.Exp((scores[t] - best) / temperature))];
        double total = weights.Sum();
        return [.. weights.Select(weight => weight / total)];
    }
}
