using System.Text;
using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Sampling;

public sealed class DryPenaltyTests
{
    private static float[] Penalties(SamplingOptions options, params int[] tokens)
    {
        DryPenalty dry = new(options);
        Array.ForEach(tokens, dry.Accept);
        float[] scores = new float[10];
        dry.Apply(scores);
        return Array.ConvertAll(scores, score => -score);
    }

    [Fact]
    public void The_token_that_goes_on_with_a_repeated_sequence_is_penalised_by_its_length()
    {
        SamplingOptions options = new() { DryMultiplier = 2, DryBase = 3, DryAllowedLength = 2 };

        // 1 2 3 was seen before 4: three tokens repeat, one more than allowed. 2 3 was seen before 5.
        Assert.Equal([0, 0, 0, 0, 6, 2, 0, 0, 0, 0], Penalties(options, 1, 2, 3, 4, 2, 3, 5, 1, 2, 3));
        Assert.Equal(new float[10], Penalties(options with { DryAllowedLength = 4 }, 1, 2, 3, 4, 2, 3, 5, 1, 2, 3));
        Assert.Equal(new float[10], Penalties(options with { DryMultiplier = 0 }, 1, 2, 3, 4, 1, 2, 3));

        // The window cuts off the first 1.
        Assert.Equal(2, Penalties(options with { DryWindow = 6 }, 1, 2, 3, 4, 1, 2, 3)[4]);
        Assert.Equal(6, Penalties(options with { DryWindow = 7 }, 1, 2, 3, 4, 1, 2, 3)[4]);
    }

    [Fact]
    public void Sequences_do_not_reach_across_breakers()
    {
        SamplingOptions options = new() { DryMultiplier = 1, DryBase = 2, DryAllowedLength = 1, DrySequenceBreakers = [[9], [7, 8]] };
        Assert.Equal(2, Penalties(options, 1, 2, 3, 1, 2)[3]);
        Assert.Equal(1, Penalties(options, 1, 9, 2, 3, 1, 9, 2)[3]);
        Assert.Equal(1, Penalties(options, 1, 7, 8, 2, 3, 1, 7, 8, 2)[3]);

        // Directly behind a breaker nothing repeats, and a breaker itself may come again.
        Assert.Equal(new float[10], Penalties(options, 1, 7, 8, 2, 1, 7, 8));
        Assert.Equal(0, Penalties(options, 1, 2, 9, 3, 1, 2)[9]);
    }

    [Fact]
    public void A_long_repetition_stays_a_number_and_costs_linear_time()
    {
        SamplingOptions options = new() { DryMultiplier = 1, DryBase = 3, DryAllowedLength = 0 };
        float[] penalties = Penalties(options, [.. Enumerable.Repeat(1, 200_000)]);
        Assert.InRange(penalties[1], 1e37f, float.MaxValue);
        Assert.Equal(1, Penalties(options with { DryBase = 1 }, [.. Enumerable.Repeat(1, 100)])[1]);
    }

    [Fact]
    public void Random_sequences_match_the_plain_reference()
    {
        Random random = new(3);
        for (int round = 0; round < 3_000; round++)
        {
            SamplingOptions options = new()
            {
                DryMultiplier = 1, DryBase = 1 + random.NextSingle(), DryAllowedLength = random.Next(4), DryWindow = random.Next(-1, 30),
                DrySequenceBreakers = round % 2 == 0 ? [] : [[3], [random.Next(4), random.Next(4)]],
            };
            int[] tokens = [.. Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(4))];
            Dictionary<int, double> expected = options.DryWindow == 0 ? [] : ReferenceSampler.DryPenalties(options, tokens);
            float[] actual = Penalties(options, tokens);
            Assert.All(Enumerable.Range(0, 10), t => Assert.Equal(expected.GetValueOrDefault(t), actual[t], 1e-4 + (1e-5 * actual[t])));
        }
    }

    [Fact]
    public void Breakers_of_a_text_are_the_tokens_that_contain_or_begin_it()
    {
        string[] vocabulary = ["a", "xab", "ab", "b", "aba", "c", "", "bc", "xa"];
        IReadOnlyList<int[]> breakers = DrySequenceBreakers.Find(
            "ab"u8, vocabulary.Length, token => Encoding.UTF8.GetBytes(vocabulary[token]),
            rest => Encoding.UTF8.GetString(rest.Span) == "b" ? [3] : throw new InvalidOperationException());
        Assert.Equal([[0, 3], [1], [2], [4], [8, 3]], breakers);
        Assert.Empty(DrySequenceBreakers.Find([], 3, _ => [], _ => []));
    }
}
