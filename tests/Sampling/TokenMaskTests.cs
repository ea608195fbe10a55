using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Sampling;

public sealed class TokenMaskTests
{
    private static readonly SamplingOptions Greedy = new() { Temperature = 0 };

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void Only_allowed_tokens_are_picked(float temperature)
    {
        SamplingOptions options = new()
        {
            Temperature = temperature, Seed = 1, RepetitionPenalty = 0.1f, LogitBias = new Dictionary<int, float> { [0] = 100 },
        };
        Sampler sampler = new(options, 70);
        sampler.Accept(0, isPrompt: true);
        float[] logits = new float[70];
        logits[3] = float.PositiveInfinity;
        ulong[] mask = [1UL << 5, 1UL << 1];
        HashSet<int> picked = [.. Enumerable.Range(0, 200).Select(_ => sampler.Sample(logits, [], mask))];
        Assert.Equal(temperature == 0 ? [5] : [5, 65], picked.Order());
    }

    [Fact]
    public void A_ban_that_would_empty_the_mask_is_ignored_and_others_hold()
    {
        float[] logits = [9, 1, 2, 3];
        ulong[] mask = [0b0110];
        Assert.Equal(1, new Sampler(Greedy, 4).Sample(logits, [2], mask));
        Assert.Equal(2, new Sampler(Greedy, 4).Sample(logits, [1, 2], mask));
        Assert.Equal(2, new Sampler(Greedy, 4).Sample(logits, [1, 2, 2, 0], mask));

        // A bias of minus infinity is a ban like any other; a finite one never empties anything.
        SamplingOptions biased = Greedy with { LogitBias = new Dictionary<int, float> { [2] = float.NegativeInfinity, [1] = -100 } };
        Assert.Equal(1, new Sampler(biased, 4).Sample(logits, [], mask));
        Assert.Equal(2, new Sampler(biased, 4).Sample(logits, [1], mask));
    }

    [Fact]
    public void Nothing_above_minus_infinity_gives_the_lowest_allowed()
    {
        float[] nothing = [float.NegativeInfinity, float.NaN, float.NegativeInfinity, float.NegativeInfinity];
        Assert.Equal(2, new Sampler(Greedy, 4).Sample(nothing, [1], [0b1110]));
        Assert.Equal(1, new Sampler(Greedy with { Temperature = 1 }, 4).Sample(nothing, [1], [0b0010]));
        Assert.Equal(2, new Sampler(Greedy, 4).Sample([1, 2, float.NegativeInfinity, 0], [], [0b0100]));
    }

    [Fact]
    public void Misuse_throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(Greedy, 65).Sample(new float[65], [], [1]));
        Assert.Throws<ArgumentException>(() => new Sampler(Greedy, 4).Sample(new float[4], [], [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(Greedy with { LogitBias = new Dictionary<int, float> { [4] = 1 } }, 4));
    }

    [Fact]
    public void A_mask_of_every_size_leaves_what_it_allows()
    {
        Random random = new(4);
        for (int size = 1; size < 300; size++)
        {
            ulong[] mask = new ulong[TokenMask.WordCount(size)];
            for (int word = 0; word < mask.Length; word++)
            {
                mask[word] = random.Next(4) switch { 0 => 0, 1 => ulong.MaxValue, 2 => ~((1UL << random.Next(64)) | (1UL << random.Next(64))), _ => (ulong)random.NextInt64() };
            }

            float[] scores = [.. Enumerable.Repeat(1f, size)];
            TokenMask.Apply(mask, scores);
            Assert.All(Enumerable.Range(0, size), t => Assert.Equal(TokenMask.IsAllowed(mask, t) ? 1 : float.NegativeInfinity, scores[t]));
            int[] allowed = [.. Enumerable.Range(0, size).Where(t => TokenMask.IsAllowed(mask, t))];
            Assert.Equal(allowed.Length > 0, TokenMask.LeavesAny(mask, size, [], []));
            Assert.False(TokenMask.LeavesAny(mask, size, allowed, []));
            Assert.Equal(allowed.Length > 1, TokenMask.LeavesAny(mask, size, allowed.Take(1).ToArray(), allowed.Take(1).ToArray()));
        }
    }
}
