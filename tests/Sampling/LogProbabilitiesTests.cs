using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Sampling;

public sealed class LogProbabilitiesTests
{
    private const float No = float.NegativeInfinity;

    [Fact]
    public void Random_logits_give_what_a_sorted_softmax_gives()
    {
        Random random = new(1);
        for (int round = 0; round < 1_000; round++)
        {
            int size = round < 990 ? random.Next(1, 200) : random.Next(1, 152_064);
            float[] logits = new float[size];
            for (int t = 0; t < size; t++)
            {
                float logit = (random.NextSingle() * 30) - 15;
                logits[t] = (round % 3) switch
                {
                    0 => logit,
                    1 => MathF.Round(logit),
                    _ => random.Next(4) switch { 0 => float.NaN, 1 => No, _ => logit },
                };
            }

            double[] scores = [.. logits.Select(logit => float.IsNaN(logit) ? No : (double)logit)];
            double best = scores.Max();
            double logTotal = Math.Log(scores.Sum(score => Math.Exp(score - best)));
            int[] order = [.. Enumerable.Range(0, size).OrderByDescending(t => scores[t]).ThenBy(t => t)];
            int token = random.Next(size);
            TokenLogProbability[] top = new TokenLogProbability[random.Next(Math.Min(size, 20) + 1)];

            float chosen = LogProbabilities.Compute(logits, token, top);
            if (double.IsNegativeInfinity(best))
            {
                Assert.Equal(No, chosen);
                continue;
            }

            Assert.Equal(order[..top.Length], top.Select(entry => entry.Token));
            Assert.All(top, entry => Assert.Equal(scores[entry.Token] - best - logTotal, entry.LogProbability, 1e-5));
            Assert.Equal(scores[token] - best - logTotal, chosen, 1e-5);
        }
    }

    [Fact]
    public void Odd_logits_do_no_harm()
    {
        TokenLogProbability[] top = new TokenLogProbability[3];
        Assert.Equal(No, LogProbabilities.Compute([No, float.NaN, No], 1, top));
        Assert.Equal([new(0, No), new(1, No), new(2, No)], top);

        const float inf = float.PositiveInfinity;
        Assert.Equal(-MathF.Log(2), LogProbabilities.Compute([0, inf, float.NaN, inf], 3, top), 1e-6f);
        Assert.Equal([1, 3, 0], top.Select(entry => entry.Token));
        Assert.Equal([-MathF.Log(2), -MathF.Log(2), float.MinValue], top.Select(entry => entry.LogProbability));
        Assert.Equal(0, LogProbabilities.Compute([-7], 0, []));
    }

    [Fact]
    public void Sampling_options_do_not_matter_and_nothing_is_allocated()
    {
        float[] logits = [.. Enumerable.Range(0, 3_001).Select(t => MathF.Sin(t))];
        TokenLogProbability[] top = new TokenLogProbability[20];
        float first = LogProbabilities.Compute(logits, 7, top);
        new Sampler(new SamplingOptions { TopK = 3, Seed = 1 }, logits.Length).Sample(logits, [7]);
        long least = long.MaxValue;
        for (int window = 0; window < 20 && least > 0; window++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(LogProbabilities.Compute(logits, 7, top) == first);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
