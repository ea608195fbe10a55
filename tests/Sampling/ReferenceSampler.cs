using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Sampling;

/// <summary>The documented steps, each in the most obvious way and with double precision throughout. Slow.</summary>
internal static class ReferenceSampler
{
    /// <summary>Probability of each token that is left, by token id.</summary>
    public static SortedDictionary<int, double> Distribution(SamplingOptions options, float[] logits, int[] banned, int[] prompt, int[] generated)
    {
        double[] scores = Array.ConvertAll(logits, logit => float.IsNaN(logit) ? double.NegativeInfinity : logit);
        Penalise(options, scores, prompt, generated);
        Array.ForEach(banned, token => scores[token] = double.NegativeInfinity);

        IEnumerable<int> possible = Enumerable.Range(0, scores.Length).Where(t => scores[t] > double.NegativeInfinity);
        List<int> order = [.. possible.OrderByDescending(t => scores[t]).ThenBy(t => t)];
        if (options.TopK > 0)
        {
            order = [.. order.Take(options.TopK)];
        }

        if (options.TopP < 1)
        {
            double[] probabilities = Softmax(order, scores, 1);
            int count = 1;
            while (count < order.Count && probabilities.Take(count).Sum() < options.TopP)
            {
                count++;
            }

            order = [.. order.Take(count)];
        }

        double best = scores[order[0]];
        order.RemoveAll(t => options.MinP > 0 && Math.Exp(scores[t] - best) < options.MinP);
        double[] final = Softmax(order, scores, options.Temperature);
        return new(order.Zip(final).ToDictionary(pair => pair.First, pair => pair.Second));
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
        return [.. weights.Select(weight => weight / weights.Sum())];
    }
}
