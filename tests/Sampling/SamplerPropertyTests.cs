using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Sampling;

/// <summary>Random options and logits of every kind, against <see cref="ReferenceSampler"/>. Seeds are fixed.</summary>
public sealed class SamplerPropertyTests
{
    [Theory]
    [InlineData(1, 3, 3_000)]
    [InlineData(2, 70, 2_000)]
    [InlineData(3, 1_500, 400)]
    [InlineData(4, 9_000, 40)]
    public void Random_options_pick_what_the_reference_picks(int seed, int maxSize, int rounds)
    {
        Random random = new(seed);
        for (int round = 0; round < rounds; round++)
        {
            int size = random.Next(1, maxSize + 1);
            SamplingOptions options = RandomOptions(random, size) with { Seed = round };
            Compare(options, RandomLogits(random, size), random, $"seed {seed}, round {round}");
        }
    }

    [Theory]
    [InlineData(1f, 0)]
    [InlineData(0.95f, 0)]
    [InlineData(0.5f, 0)]
    [InlineData(0.95f, 40)]
    [InlineData(0.95f, 60_000)]
    public void A_large_vocabulary_picks_what_the_reference_picks(float topP, int topK)
    {
        Random random = new(7);
        foreach (float[] logits in new[] { RandomNormal(random, 0.2), RandomNormal(random, 1), RandomNormal(random, 4) })
        {
            SamplingOptions options = new() { TopP = topP, TopK = topK, Seed = 5 };
            Sampler sampler = new(options, logits.Length);
            RandomSource draws = new(5);
            SortedDictionary<int, double> distribution = ReferenceSampler.Distribution(options, logits, [], [], []);
            for (int i = 0; i < 20; i++)
            {
                CheckPick(distribution, draws.NextDouble(), sampler.Sample(logits, []), 1e-5, $"draw {i}");
            }
        }
    }

    [Fact]
    public void Mirostat_picks_and_corrects_as_the_reference_does()
    {
        Random random = new(9);
        for (int round = 0; round < 200; round++)
        {
            int size = random.Next(1, 300);
            SamplingOptions options = new()
            {
                Temperature = 0.3f + random.NextSingle(), Mirostat = true, MirostatTau = random.NextSingle() * 6,
                MirostatEta = random.NextSingle(), Seed = round, TopK = 1, MinP = 1,
            };
            Sampler sampler = new(options, size);
            RandomSource draws = new(round);
            double bound = 2 * options.MirostatTau;
            for (int i = 0; i < 20; i++)
            {
                float[] logits = RandomNormal(random, 2, size);
                SortedDictionary<int, double> all = ReferenceSampler.Distribution(
                    options with { TopK = 0, MinP = 0 }, logits, [], [], []);
                SortedDictionary<int, double> kept = ReferenceSampler.KeepWithinSurprise(all, bound);
                int token = sampler.Sample(logits, []);
                CheckPick(kept, draws.NextDouble(), token, 1e-5, $"round {round}, draw {i}");
                bound -= options.MirostatEta * (-Math.Log2(kept[token]) - options.MirostatTau);
            }
        }
    }

    private static void Compare(SamplingOptions options, float[] logits, Random random, string where)
    {
        int size = logits.Length;
        int alphabet = Math.Min(size, 6);
        int[] prompt = [.. Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(alphabet))];
        int[] generated = [.. Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(alphabet))];
        int[] banned = random.Next(2) == 0 ? [] : [random.Next(size)];
        bool[]? allowed = random.Next(3) > 0 ? null : RandomMask(random, size);
        ulong[] mask = allowed is null ? [] : ToBits(allowed);
        banned = allowed is null && size == 1 ? [] : banned;
        bool[] choosable = [.. Enumerable.Range(0, size).Select(t =>
            logits[t] > float.NegativeInfinity && (allowed is null || allowed[t]) && !banned.Contains(t)
            && !float.IsNegativeInfinity(options.LogitBias.GetValueOrDefault(t)))];

        Sampler sampler = new(options, size);
        Array.ForEach(prompt, token => sampler.Accept(token, isPrompt: true));
        Array.ForEach(generated, token => sampler.Accept(token, isPrompt: false));
        RandomSource draws = new(options.Seed!.Value);
        for (int i = 0; i < 4; i++)
        {
            int actual = sampler.Sample(logits, banned, mask);
            Assert.True(allowed is null || allowed[actual], where);
            if (!choosable.Contains(true))
            {
                continue;
            }

            Assert.True(choosable[actual], where);
            bool xtc = options.XtcProbability > 0 && options.XtcThreshold <= 0.5f && draws.NextDouble() < options.XtcProbability;
            SortedDictionary<int, double> distribution = ReferenceSampler.Distribution(options, logits, banned, prompt, generated, allowed, xtc);
            CheckPick(distribution, draws.NextDouble(), actual, 2e-6, $"{where}, draw {i}");
        }
    }

    // The last bit of exp is not part of the contract, so a draw on a border proves nothing.
    private static void CheckPick(SortedDictionary<int, double> distribution, double draw, int actual, double tolerance, string where)
    {
        (int expected, double margin) = ReferenceSampler.Pick(distribution, draw);
        Assert.True(actual == expected || margin < tolerance, $"{where}: {actual} instead of {expected}");
    }

    private static SamplingOptions RandomOptions(Random random, int size)
    {
        bool On() => random.Next(3) == 0;
        float Share() => random.Next(8) == 0 ? random.Next(2) : random.NextSingle();
        return new SamplingOptions
        {
            Temperature = On() ? 1 : 0.05f + (2 * random.NextSingle()),
            DynamicTemperatureRange = On() ? random.NextSingle() : 0,
            DynamicTemperatureExponent = 0.5f + random.NextSingle(),
            TopP = On() ? Share() : 1,
            TopK = On() ? random.Next(1, size + 2) : 0,
            MinP = On() ? Share() : 0,
            TypicalP = On() ? Share() : 1,
            TopNSigma = On() ? 3 * random.NextSingle() : 0,
            XtcProbability = On() ? Share() : 0,
            XtcThreshold = random.NextSingle() * 0.6f,
            LogitBias = RandomBiases(random, On() ? Math.Min(size, 3) : 0),
            RepetitionPenalty = On() ? 0.5f + random.NextSingle() : 1,
            FrequencyPenalty = On() ? random.NextSingle() - 0.5f : 0,
            PresencePenalty = On() ? random.NextSingle() - 0.5f : 0,
            RepetitionWindow = random.Next(-1, 70),
            DryMultiplier = On() ? random.NextSingle() : 0,
            DryBase = 1 + random.NextSingle(),
            DryAllowedLength = random.Next(4),
            DryWindow = random.Next(-1, 40),
            DrySequenceBreakers = On() ? [[random.Next(6)], [random.Next(6), random.Next(6)]] : [],
        };
    }

    private static Dictionary<int, float> RandomBiases(Random random, int count) => Enumerable.Range(0, count).ToDictionary(
        token => token, _ => random.Next(4) == 0 ? float.NegativeInfinity : (random.NextSingle() * 8) - 4);

    private static float[] RandomLogits(Random random, int size)
    {
        int kind = random.Next(5);
        float[] logits = RandomNormal(random, kind == 0 ? 0.1 : 3, size);
        for (int t = 0; t < size; t++)
        {
            logits[t] = kind switch
            {
                1 => MathF.Round(logits[t]),
                2 => 1,
                3 => random.Next(6) switch { 0 => float.NaN, 1 => float.NegativeInfinity, 2 => -1e30f, _ => logits[t] },
                _ => logits[t],
            };
        }

        return logits;
    }

    private static float[] RandomNormal(Random random, double deviation, int size = 152_064) =>
    [
        .. Enumerable.Range(0, size).Select(_ => (float)(deviation
            * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))),
    ];

    private static bool[] RandomMask(Random random, int size)
    {
        int sparse = random.Next(1, 5);
        bool[] allowed = [.. Enumerable.Range(0, size).Select(_ => random.Next(sparse) == 0)];
        allowed[random.Next(size)] = true;
        return allowed;
    }

    private static ulong[] ToBits(bool[] allowed)
    {
        // Bits behind the vocabulary are set: they must not matter.
        ulong[] mask = [.. Enumerable.Repeat(ulong.MaxValue, TokenMask.WordCount(allowed.Length))];
        for (int t = 0; t < allowed.Length; t++)
        {
            mask[t / 64] &= allowed[t] ? ulong.MaxValue : ~(1UL << (t % 64));
        }

        return mask;
    }
}
