using System.Runtime.Intrinsics;
using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Sampling;

/// <summary>Cuts by mass of vocabularies that are sampled first, against sorting all of them. Seeds are fixed.</summary>
public sealed class MassCutTests
{
    // Sums of doubles in another order differ by less.
    private const double Rounding = 1e-9;

    public static TheoryData<string> Kinds => ["flat", "equal", "normal", "peaked", "few heavy", "heavy but unsampled", "mostly minus infinity", "odd numbers"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_cut_is_where_sorting_puts_it(string kind)
    {
        Random random = new(kind.Length);
        MassCut cut = new();
        foreach (int size in new[] { 16_383, 16_384, 20_003, 49_152 })
        {
            float[] scores = MakeScores(kind, random, size);
            float best = scores.Where(float.IsFinite).Max();
            float[] weights = [.. scores.Select(score => score - best > -86 ? MathF.Exp(score - best) : 0)];
            double mean = scores.Zip(weights).Where(pair => pair.Second > 0).Sum(pair => (double)pair.First * pair.Second) / weights.Sum(weight => (double)weight);
            foreach (double share in new[] { 0.01, 0.5, 0.95, 0.999 })
            {
                Compare(cut, scores, weights, new ScoreOrder(best), share, exceed: false);
                Compare(cut, scores, weights, new NearnessOrder((float)mean), share, exceed: true);
            }
        }
    }

    [Theory]
    [InlineData("flat")]
    [InlineData("normal")]
    [InlineData("peaked")]
    public void The_sample_mostly_tells_where(string kind)
    {
        Random random = new(3);
        MassCut cut = new();
        int found = 0;
        for (int round = 0; round < 20; round++)
        {
            float[] scores = MakeScores(kind, random, 65_536);
            float best = scores.Max();
            float[] weights = [.. scores.Select(score => MathF.Exp(score - best))];
            double total = weights.Sum(weight => (double)weight);
            float scale = (float)(511 / Math.Log(scores.Length / 0.05));
            found += cut.TryFindBySample(scores, weights, new ScoreOrder(best), scale, total, 0.95 * total, exceed: false, new ulong[scores.Length]) is null ? 0 : 1;
        }

        Assert.InRange(found, 18, 20);
    }

    private static void Compare<TOrder>(MassCut cut, float[] scores, float[] weights, TOrder order, double share, bool exceed)
        where TOrder : struct, ITokenOrder
    {
        double total = weights.Sum(weight => (double)weight);
        double mass = share * total;
        (float Rank, int Token)[] sorted =
        [
            .. Enumerable.Range(0, scores.Length).Where(token => weights[token] > 0)
                .Select(token => (order.RanksOf(Vector128.Create(scores[token])).ToScalar(), token))
                .OrderByDescending(pair => pair.Item1).ThenBy(pair => pair.token),
        ];
        double sum = 0;
        double margin = double.MaxValue;
        int expected = sorted[^1].Token;
        foreach ((_, int token) in sorted)
        {
            sum += weights[token];
            margin = Math.Min(margin, Math.Abs(sum - mass));
            if (RankKey.Reaches(sum, mass, exceed))
            {
                expected = token;
                break;
            }
        }

        double range = Math.Min(Math.Log(scores.Length / (1 - share)), 86);
        int actual = RankKey.Token(cut.Find(scores, weights, order, range, total, mass, exceed, new ulong[scores.Length]));
        Assert.True(actual == expected || margin < Rounding * total, $"{typeof(TOrder).Name}, {scores.Length} tokens, {share}: {actual} instead of {expected}");
    }

    private static float[] MakeScores(string kind, Random random, int size)
    {
        float[] scores = [.. Enumerable.Range(0, size).Select(_ => (float)(3 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
        for (int token = 0; token < size; token++)
        {
            scores[token] = kind switch
            {
                "flat" => scores[token] / 100,
                "equal" => 1,
                "few heavy" => token % 1999 == 7 ? 20 + scores[token] / 30 : scores[token],
                "mostly minus infinity" => token % 97 == 0 ? scores[token] : float.NegativeInfinity,
                "odd numbers" => random.Next(5) switch { 0 => float.NaN, 1 => float.NegativeInfinity, 2 => -1e30f, _ => MathF.Round(scores[token]) },
                _ => scores[token],
            };
        }

        if (kind is "peaked" or "heavy but unsampled")
        {
            // The second vector of sixteen is never in the sample.
            scores[5] = kind == "peaked" ? 25 : 15;
            scores[69] = kind == "peaked" ? 20 : 15.5f;
        }

        return scores;
    }
}
