using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly SamplingOptions Greedy = new() { Temperature = 0 };

    private static float[] RandomLogits(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 12 - 6))];

    private static HashSet<int> Reachable(SamplingOptions options, float[] logits, int[]? banned = null)
    {
        Sampler sampler = new(options with { Seed = 1 }, logits.Length);
        return [.. Enumerable.Range(0, 2_000).Select(_ => sampler.Sample(logits, banned ?? []))];
    }

    public static TheoryData<float, int, float, float, float, float, float, int> Options => new()
    {
        // temperature, top_k, top_p, min_p, repetition, frequency, presence, window
        { 1, 0, 1, 0, 1, 0, 0, 64 },
        { 0.5f, 0, 1, 0, 1, 0, 0, 64 },
        { 2, 0, 1, 0, 1, 0, 0, 64 },
        { 1, 1, 1, 0, 1, 0, 0, 64 },
        { 1, 40, 1, 0, 1, 0, 0, 64 },
        { 1, 100_000, 1, 0, 1, 0, 0, 64 },
        { 1, 0, 0.95f, 0, 1, 0, 0, 64 },
        { 1, 0, 0.5f, 0, 1, 0, 0, 64 },
        { 1, 0, 0, 0, 1, 0, 0, 64 },
        { 1, 0, 1, 0.05f, 1, 0, 0, 64 },
        { 1, 0, 1, 1, 1, 0, 0, 64 },
        { 0.8f, 40, 0.95f, 0.05f, 1, 0, 0, 64 },
        { 1, 0, 1, 0, 1.3f, 0, 0, 64 },
        { 1, 0, 1, 0, 0.7f, 0, 0, -1 },
        { 1, 0, 1, 0, 1.3f, 0, 0, 5 },
        { 1, 0, 1, 0, 1.3f, 0, 0, 0 },
        { 1, 0, 1, 0, 1, 0.5f, 0, 64 },
        { 1, 0, 1, 0, 1, -0.5f, 0, 64 },
        { 1, 0, 1, 0, 1, 0, 1.5f, 64 },
        { 0.7f, 20, 0.9f, 0.02f, 1.1f, 0.3f, 0.4f, 16 },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_picks_what_the_reference_picks(
        float temperature, int topK, float topP, float minP, float repetition, float frequency, float presence, int window)
    {
        Random random = new(5);
        for (int round = 0; round < 100; round++)
        {
            int size = random.Next(2, 400);
            SamplingOptions options = new()
            {
                Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, RepetitionPenalty = repetition,
                FrequencyPenalty = frequency, PresencePenalty = presence, RepetitionWindow = window, Seed = round,
            };
            int[] prompt = [.. Enumerable.Range(0, 30).Select(_ => random.Next(size))];
            int[] generated = [.. Enumerable.Range(0, 20).Select(_ => random.Next(size))];
            int[] banned = [random.Next(size)];
            float[] logits = RandomLogits(random, size);

            Sampler sampler = new(options, size);
            Array.ForEach(prompt, token => sampler.Accept(token, isPrompt: true));
            Array.ForEach(generated, token => sampler.Accept(token, isPrompt: false));
            RandomSource draws = new(round);
            SortedDictionary<int, double> distribution = ReferenceSampler.Distribution(options, logits, banned, prompt, generated);
            for (int i = 0; i < 20; i++)
            {
                (int expected, double margin) = ReferenceSampler.Pick(distribution, draws.NextDouble());
                int actual = sampler.Sample(logits, banned);

                // The last bit of exp is not part of the contract, so a draw on a border proves nothing.
                Assert.True(actual == expected || margin < 1e-6, $"round {round}, draw {i}: {actual} instead of {expected}");
            }
        }
    }

    [Theory]
    [InlineData(1f, 1f, 0)]
    [InlineData(0.6f, 1f, 0)]
    [InlineData(1.5f, 0.9f, 0)]
    [InlineData(1f, 1f, 5)]
    public void Draws_follow_the_distribution(float temperature, float topP, int topK)
    {
        const int draws = 100_000;
        float[] logits = [1, -1, 0.5f, 2, 0, -3, 1.5f, 0.25f];
        SamplingOptions options = new() { Temperature = temperature, TopP = topP, TopK = topK, Seed = 11 };
        Sampler sampler = new(options, logits.Length);
        int[] counts = new int[logits.Length];
        for (int i = 0; i < draws; i++)
        {
            counts[sampler.Sample(logits, [])]++;
        }

        SortedDictionary<int, double> expected = ReferenceSampler.Distribution(options, logits, [], [], []);
        Assert.All(Enumerable.Range(0, logits.Length), token => Assert.Equal(expected.ContainsKey(token), counts[token] > 0));
        double chiSquare = expected.Sum(pair => Math.Pow(counts[pair.Key] - draws * pair.Value, 2) / (draws * pair.Value));

        // 7 degrees of freedom at most: above 24.3 once in a thousand seeds, and this seed is fixed.
        Assert.InRange(chiSquare, 0, 24.3);
    }

    public static TheoryData<string> Distributions => ["xtc", "typical_p", "top_n_sigma", "dynamic temperature", "bias", "everything"];

    [Theory]
    [MemberData(nameof(Distributions))]
    public void Draws_of_every_step_follow_the_distribution(string step)
    {
        const int draws = 100_000;
        float[] logits = [1, -1, 0.5f, 2, 0, -3, 1.5f, 0.25f];
        SamplingOptions xtc = new() { XtcProbability = 0.3f, XtcThreshold = 0.1f, Seed = 12 };
        SamplingOptions options = step switch
        {
            "xtc" => xtc,
            "typical_p" => new SamplingOptions { TypicalP = 0.6f, Seed = 13 },
            "top_n_sigma" => new SamplingOptions { TopNSigma = 1, Seed = 14 },
            "dynamic temperature" => new SamplingOptions { DynamicTemperatureRange = 0.8f, DynamicTemperatureExponent = 2, Seed = 15 },
            "bias" => new SamplingOptions { LogitBias = new Dictionary<int, float> { [5] = 4, [3] = -100 }, Seed = 16 },
            _ => xtc with { TopNSigma = 2, TopK = 6, TypicalP = 0.9f, TopP = 0.95f, MinP = 0.05f, Temperature = 1.5f },
        };
        Sampler sampler = new(options, logits.Length);
        int[] counts = new int[logits.Length];
        for (int i = 0; i < draws; i++)
        {
            counts[sampler.Sample(logits, [])]++;
        }

        SortedDictionary<int, double> without = ReferenceSampler.Distribution(options, logits, [], [], []);
        SortedDictionary<int, double> with = ReferenceSampler.Distribution(options, logits, [], [], [], xtc: true);
        double[] expected = [.. Enumerable.Range(0, logits.Length).Select(token =>
            draws * ((options.XtcProbability * with.GetValueOrDefault(token)) + ((1 - options.XtcProbability) * without.GetValueOrDefault(token))))];

        // Tokens with less than one draw expected may or may not come; none comes that was left out.
        Assert.All(Enumerable.Range(0, logits.Length), token => Assert.True(counts[token] == 0 || expected[token] > 0));
        double chiSquare = expected.Zip(counts).Where(pair => pair.First >= 1).Sum(pair => Math.Pow(pair.Second - pair.First, 2) / pair.First);
        Assert.InRange(chiSquare, 0, 24.3);
    }

    [Fact]
    public void Xtc_takes_one_more_draw_and_a_draw_below_its_probability_leaves_out_the_top()
    {
        // The draws of seed 42 begin 0.08, 0.37, 0.68, 0.92: XTC, pick, no XTC, pick.
        SamplingOptions options = new() { XtcProbability = 0.5f, XtcThreshold = 0.2f, Seed = 42 };
        Sampler sampler = new(options, 4);
        // Of the two that reach the threshold the first in rank is left out, which the pick would have fallen on.
        Assert.Equal(3, sampler.Sample([2, 1, 0, 2], []));
        Assert.Equal(3, sampler.Sample([2, 1, 0, 2], []));

        // Off with a threshold that two tokens cannot reach, and then without the draw.
        Assert.Equal(0, new Sampler(options with { XtcThreshold = 0.51f }, 4).Sample([0, 0, 0, 0], []));
    }

    [Fact]
    public void A_seed_gives_the_same_tokens_and_another_seed_others()
    {
        float[] logits = RandomLogits(new Random(3), 500);
        int[] Run(long? seed)
        {
            Sampler sampler = new(new SamplingOptions { Seed = seed }, logits.Length);
            return [.. Enumerable.Range(0, 50).Select(_ => sampler.Sample(logits, []))];
        }

        Assert.Equal(Run(1), Run(1));
        Assert.Equal(Run(-1), Run(-1));
        Assert.NotEqual(Run(1), Run(2));
        Assert.NotEqual(Run(null), Run(null));
    }

    [Fact]
    public void Samplers_that_share_scratch_do_not_disturb_each_other()
    {
        float[] logits = RandomLogits(new Random(4), 300);
        SamplingOptions options = new() { Seed = 9, TopP = 0.9f, TopK = 50, RepetitionPenalty = 1.2f };
        Sampler alone = new(options, logits.Length);
        SamplerScratch scratch = new(logits.Length);
        Sampler shared = new(options, scratch);
        Sampler other = new(options with { Seed = 10, TopK = 3 }, scratch);
        for (int i = 0; i < 100; i++)
        {
            int token = shared.Sample(logits, []);
            Assert.Equal(alone.Sample(logits, []), token);
            alone.Accept(token, isPrompt: false);
            shared.Accept(token, isPrompt: false);
            other.Accept(other.Sample(logits, []), isPrompt: false);
        }
    }

    [Fact]
    public void Exactly_one_number_is_drawn_per_token_and_none_when_greedy()
    {
        float[] logits = [0, 0, 0, 0];
        float[] nothing = [.. Enumerable.Repeat(float.NegativeInfinity, 4)];
        Sampler sampler = new(new SamplingOptions { Seed = 42 }, 4);

        // The draws of seed 42 begin 0.08, 0.37, 0.68, 0.92.
        Assert.Equal(0, sampler.Sample(logits, []));
        Assert.Equal(0, sampler.Sample(nothing, []));
        Assert.Equal(2, sampler.Sample(logits, []));
        Assert.Equal(3, sampler.Sample(logits, []));
    }

    [Fact]
    public void Greedy_takes_the_first_of_the_highest()
    {
        Assert.Equal(1, new Sampler(Greedy, 4).Sample([1, 3, 3, 2], []));
        Assert.Equal(0, new Sampler(Greedy, 2).Sample([-0f, 0f], []));
        Assert.Equal(2, new Sampler(Greedy, 4).Sample([1, 3, 3, 2], [1]));
        Assert.Equal(1, new Sampler(Greedy with { TopK = 1, TopP = 0, MinP = 1 }, 3).Sample([1, 3, 3], []));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(600)]
    [InlineData(4_999)]
    public void Top_k_of_a_large_vocabulary_keeps_the_k_best(int topK)
    {
        // Whole numbers, so that many tie; rising scores make the collecting room fill most often.
        Random random = new(2);
        float[][] cases =
        [
            [.. Enumerable.Range(0, 5_000).Select(_ => (float)random.Next(20))],
            [.. Enumerable.Range(0, 5_000).Select(t => t / 1_000f)],
            [.. Enumerable.Range(0, 5_000).Select(t => -t / 1_000f)],
            [.. Enumerable.Range(0, 5_000).Select(t => t % 3 == 0 ? float.NegativeInfinity : 1)],
        ];
        SamplingOptions options = new() { TopK = topK, Seed = 3 };
        foreach (float[] logits in cases)
        {
            Sampler sampler = new(options, logits.Length);
            RandomSource draws = new(3);
            SortedDictionary<int, double> distribution = ReferenceSampler.Distribution(options, logits, [], [], []);
            for (int i = 0; i < 50; i++)
            {
                (int expected, double margin) = ReferenceSampler.Pick(distribution, draws.NextDouble());
                int actual = sampler.Sample(logits, []);
                Assert.True(actual == expected || margin < 1e-6, $"draw {i}: {actual} instead of {expected}");
            }
        }
    }

    [Fact]
    public void Ties_at_the_cut_keep_the_lower_ids()
    {
        float[] logits = [0, 1, 1, 1, 0];
        Assert.Equal([1, 2], Reachable(new SamplingOptions { TopK = 2 }, logits).Order());
        Assert.Equal([1], Reachable(new SamplingOptions { TopP = 0.1f }, logits).Order());
        Assert.Equal([0, 1, 2], Reachable(new SamplingOptions { TopP = 0.75f }, [0, 0, 0, 0]).Order());
        Assert.Equal([0, 1], Reachable(new SamplingOptions { TopK = 2 }, [-0f, 0f, 0f]).Order());
    }

    [Fact]
    public void Truncation_comes_before_temperature()
    {
        // At temperature 1 the first has 0.73 of the mass: enough for p = 0.7, where at temperature 2 it would have 0.62.
        Assert.Equal([0], Reachable(new SamplingOptions { Temperature = 2, TopP = 0.7f }, [1, 0]).Order());
        Assert.Equal([0], Reachable(new SamplingOptions { Temperature = 2, MinP = 0.5f }, [1, 0]).Order());
    }

    [Fact]
    public void Bans_hold_against_every_option()
    {
        float[] logits = [9, 8, 1, 1];
        Assert.Equal([2, 3], Reachable(new SamplingOptions(), logits, [0, 1]).Order());
        Assert.Equal([2], Reachable(new SamplingOptions { TopK = 1 }, logits, [1, 0]).Order());
        Assert.Equal([2, 3], Reachable(new SamplingOptions { MinP = 1 }, logits, [0, 1]).Order());
        Sampler sampler = new(new SamplingOptions { FrequencyPenalty = -2, RepetitionPenalty = 0.1f, Seed = 1 }, 4);
        sampler.Accept(0, isPrompt: false);
        Assert.NotEqual(0, sampler.Sample(logits, [0, 1, 3]));
        Assert.Throws<ArgumentException>(() => new Sampler(Greedy, 2).Sample([1, 2], [0, 1]));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void Odd_scores_do_no_harm(float temperature)
    {
        const float no = float.NegativeInfinity;
        SamplingOptions options = new() { Temperature = temperature, TopP = 0.9f, TopK = 3, MinP = 0.1f, Seed = 1 };
        Assert.Equal(2, new Sampler(options, 4).Sample([float.NaN, no, 1, float.NaN], []));
        Assert.Equal(1, new Sampler(options, 4).Sample([0, float.PositiveInfinity, 1, float.NaN], []));
        Assert.Equal(0, new Sampler(options, 3).Sample([no, no, no], []));
        Assert.Equal(2, new Sampler(options, 4).Sample([no, float.NaN, no, no], [1, 0]));
        Assert.Equal(0, new Sampler(options, 1).Sample([-5], []));
        Assert.Equal(1, new Sampler(options, 2).Sample([float.MinValue, float.MaxValue], []));
    }

    [Fact]
    public void Tiny_temperature_is_almost_greedy() =>
        Assert.Equal([1], Reachable(new SamplingOptions { Temperature = float.Epsilon }, [0, 1, 0.99f]).Order());

    [Fact]
    public void Penalties_look_where_they_should()
    {
        Sampler Penalised(SamplingOptions options, int prompt, int generated)
        {
            Sampler sampler = new(options with { Temperature = 0 }, 3);
            sampler.Accept(prompt, isPrompt: true);
            sampler.Accept(generated, isPrompt: false);
            return sampler;
        }

        // Frequency and presence leave the prompt alone; repetition does not, unless its window has passed.
        Assert.Equal(0, Penalised(new SamplingOptions { PresencePenalty = 2, FrequencyPenalty = 2 }, 0, 1).Sample([3, 2.5f, 2], []));
        Assert.Equal(2, Penalised(new SamplingOptions { PresencePenalty = 2 }, 1, 0).Sample([3, 1, 2], []));
        Assert.Equal(2, Penalised(new SamplingOptions { RepetitionPenalty = 2 }, 0, 1).Sample([3, 2.5f, 2], []));
        Assert.Equal(0, Penalised(new SamplingOptions { RepetitionPenalty = 2, RepetitionWindow = 1 }, 0, 1).Sample([3, 2.5f, 2], []));
        Assert.Equal(2, Penalised(new SamplingOptions { RepetitionPenalty = 2, RepetitionWindow = -1 }, 0, 1).Sample([3, 2.5f, 2], []));
    }

    [Fact]
    public void Overflow_by_a_penalty_stays_a_number()
    {
        Sampler sampler = new(new SamplingOptions { RepetitionPenalty = 1e-30f, Seed = 1 }, 2);
        sampler.Accept(1, isPrompt: true);
        Assert.Equal(1, sampler.Sample([1e20f, 1e20f], []));
    }

    [Fact]
    public void Misuse_throws()
    {
        Sampler sampler = new(Greedy, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Accept(2, isPrompt: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Accept(-1, isPrompt: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Sample([1, 2, 3], []));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Sampling_allocates_nothing(int topK)
    {
        float[] logits = RandomLogits(new Random(6), 5_000);
        SamplingOptions options = new()
        {
            TopNSigma = 3, TopK = topK, TypicalP = 0.95f, TopP = 0.9f, MinP = 0.01f, XtcProbability = 1, DynamicTemperatureRange = 0.5f,
            RepetitionPenalty = 1.1f, PresencePenalty = 1, DryMultiplier = 1, DryAllowedLength = 0, Seed = 1,
            LogitBias = new Dictionary<int, float> { [3] = 1 },
        };
        Sampler sampler = new(options, logits.Length);
        for (int i = 0; i < 100; i++)
        {
            sampler.Accept(i, isPrompt: false);
        }

        // An array: where the test is not optimised, a span of constants makes an object.
        int[] banned = [1, 2];
        sampler.Sample(logits, banned);

        // A collection in another test adds the unused part of this thread's memory to the count: one quiet window is enough.
        long least = long.MaxValue;
        for (int window = 0; window < 20 && least > 0; window++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            sampler.Sample(logits, banned);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void Selection_finds_every_index()
    {
        Random random = new(8);
        for (int round = 0; round < 300; round++)
        {
            // Few distinct scores, so that many tie; rising, falling and random orders.
            int size = random.Next(1, 200);
            ulong[] keys = [.. Enumerable.Range(0, size).Select(t => RankKey.Of(round % 3 == 0 ? t : round % 3 == 1 ? -t : random.Next(-3, 3), t))];
            ulong[] sorted = [.. keys.Order()];
            int index = random.Next(size);
            Assert.Equal(sorted[index], RankKey.Select(keys, index));
            Assert.Equal(sorted[..(index + 1)], keys[..(index + 1)].Order());
        }
    }
}
