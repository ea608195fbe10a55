using System.Text;
using MistralServe.Inference.Native;
using MistralServe.Inference.Sampling;
using MistralServe.Tests.Sampling;

namespace MistralServe.Tests.Native;

/// <summary>Our steps against llama.cpp's samplers on random candidates: the same tokens are left, with the same logits.</summary>
[Collection("native")]
public sealed class LlamaSamplerTests : IDisposable
{
    private readonly LlamaSamplers _llama = new(RepositoryFiles.Path("assets/mistralserve-demo.gguf"));

    public void Dispose() => _llama.Dispose();

    public static TheoryData<string> Steps => ["top_k", "top_p", "min_p", "typical_p", "top_n_sigma", "xtc", "chain", "chain with top_n_sigma"];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Truncation_leaves_the_same_tokens(string step)
    {
        Random random = new(1);
        int differing = 0;
        for (int round = 0; round < 500; round++)
        {
            float[] logits = RandomLogits(random, random.Next(2, 1_500));
            float share = random.NextSingle();
            int k = random.Next(1, logits.Length + 1);
            (SamplingOptions options, nint[] samplers) = step switch
            {
                "top_k" => (new SamplingOptions { TopK = k }, new[] { _llama.TopK(k) }),
                "top_p" => (new SamplingOptions { TopP = share }, [_llama.TopP(share)]),
                "min_p" => (new SamplingOptions { MinP = share }, [_llama.MinP(share)]),
                "typical_p" => (new SamplingOptions { TypicalP = share }, [_llama.Typical(share)]),
                "top_n_sigma" => (new SamplingOptions { TopNSigma = 3 * share }, [_llama.TopNSigma(3 * share)]),
                "xtc" => (new SamplingOptions { XtcProbability = 1, XtcThreshold = share / 10 }, [_llama.Xtc(share / 10)]),
                "chain" => (
                    new SamplingOptions
                    {
                        TopK = k, TypicalP = 0.5f + (share / 2), TopP = 0.95f, MinP = 0.01f, XtcProbability = 1, XtcThreshold = 0.02f,
                    },
                    [_llama.TopK(k), _llama.Typical(0.5f + (share / 2)), _llama.TopP(0.95f), _llama.MinP(0.01f), _llama.Xtc(0.02f)]),

                // Apart from typical: there, llama.cpp's entropy is not a number when top_n_sigma has left logits of minus infinity.
                _ => (
                    new SamplingOptions { TopNSigma = 2, TopK = k, TopP = 0.95f, MinP = 0.01f, XtcProbability = 1, XtcThreshold = 0.02f },
                    [_llama.TopNSigma(2), _llama.TopK(k), _llama.TopP(0.95f), _llama.MinP(0.01f), _llama.Xtc(0.02f)]),
            };

            SortedDictionary<int, float> expected = _llama.ApplyAndFree(logits, samplers);
            SortedDictionary<int, float> actual = Truncate(options, logits);
            Assert.InRange(expected.Keys.Except(actual.Keys).Count() + actual.Keys.Except(expected.Keys).Count(), 0, 1);
            differing += expected.SequenceEqual(actual) ? 0 : 1;
        }

        // llama.cpp sums probabilities in single precision, which now and then ends one token earlier or later.
        Assert.InRange(differing, 0, 2);
    }

    [Fact]
    public void The_reference_for_dynamic_temperature_gives_the_same_probabilities()
    {
        // Our sampler is compared with this reference in SamplerPropertyTests.
        Random random = new(2);
        for (int round = 0; round < 300; round++)
        {
            float[] logits = RandomLogits(random, random.Next(2, 300));
            (float temperature, float range, float exponent) = (0.2f + random.NextSingle(), random.NextSingle(), 0.5f + random.NextSingle());
            SortedDictionary<int, float> expected = _llama.ApplyAndFree(logits, _llama.Temperature(temperature, range, exponent));
            SamplingOptions options = new() { Temperature = temperature, DynamicTemperatureRange = range, DynamicTemperatureExponent = exponent };
            SortedDictionary<int, double> actual = ReferenceSampler.Distribution(options, logits, [], [], []);
            double best = expected.Values.Max();
            double total = expected.Values.Sum(logit => Math.Exp(logit - best));
            Assert.All(actual, pair => Assert.Equal(Math.Exp(expected[pair.Key] - best) / total, pair.Value, 1e-4));
        }
    }

    [Fact]
    public void Mirostat_keeps_the_same_tokens_over_a_sequence()
    {
        Random random = new(3);
        for (int round = 0; round < 50; round++)
        {
            (float tau, float eta) = (5 * random.NextSingle(), random.NextSingle());
            nint sampler = _llama.Mirostat(tau, eta);
            Mirostat mirostat = new(tau, eta);
            for (int i = 0; i < 30; i++)
            {
                float[] logits = RandomLogits(random, 200);
                (SortedDictionary<int, float> left, int token) = _llama.Pick(logits, sampler);
                Candidates candidates = new(new SamplerScratch(logits.Length), logits, ScoreKernels.FindBest(logits).Index);
                candidates.ApplyTemperature(1);

                // The draw that picks llama.cpp's token, so that both go on alike.
                float best = candidates.Best;
                double[] weights = [.. left.Values.Select(logit => Math.Exp(logit - best))];
                int place = left.Keys.TakeWhile(id => id != token).Count();
                double draw = (weights.Take(place).Sum() + (weights[place] / 2)) / weights.Sum();
                Assert.Equal(token, mirostat.Draw(ref candidates, draw));
                float[] kept = candidates.Weights.ToArray();
                Assert.Equal(left.Keys, Enumerable.Range(0, kept.Length).Where(t => kept[t] > 0));
            }

            _llama.Free(sampler);
        }
    }

    [Fact]
    public void Penalties_change_the_same_logits()
    {
        Random random = new(4);
        for (int round = 0; round < 300; round++)
        {
            float[] logits = RandomLogits(random, 20);
            SamplingOptions options = new()
            {
                RepetitionPenalty = 0.5f + random.NextSingle(), FrequencyPenalty = random.NextSingle() - 0.5f,
                PresencePenalty = random.NextSingle() - 0.5f, RepetitionWindow = random.Next(1, 60),
            };

            // Ours counts frequency and presence over the whole answer, llama.cpp over the window: the same for a short answer.
            int[] tokens = [.. Enumerable.Range(0, random.Next(options.RepetitionWindow + 1)).Select(_ => random.Next(20))];
            nint sampler = _llama.Penalties(20, options.RepetitionWindow, options.RepetitionPenalty, options.FrequencyPenalty, options.PresencePenalty);
            TokenPenalties penalties = new(options);
            foreach (int token in tokens)
            {
                _llama.Accept(sampler, token);
                penalties.Accept(token, isPrompt: false);
            }

            float[] actual = [.. logits];
            penalties.Apply(actual);
            AssertClose(_llama.ApplyAndFree(logits, sampler), actual);
        }
    }

    [Fact]
    public void Dry_changes_the_same_logits()
    {
        string[] breakers = ["\n", ".", "the", " and"];
        LlamaVocabulary vocabulary = _llama.Vocabulary;
        int[][] sequences =
        [
            .. breakers.SelectMany(text => DrySequenceBreakers.Find(
                Encoding.UTF8.GetBytes(text), vocabulary.Count, vocabulary.GetBytes, rest => vocabulary.Tokenize(rest.Span, false, false))),
        ];
        int[] ends = [.. sequences.Where(sequence => sequence.Length == 1).Select(sequence => sequence[0])];
        int size = vocabulary.Count;
        Random random = new(5);
        for (int round = 0; round < 300; round++)
        {
            SamplingOptions options = new()
            {
                DryMultiplier = random.NextSingle(), DryBase = 1 + random.NextSingle(), DryAllowedLength = random.Next(4),
                DryWindow = random.Next(1, 100), DrySequenceBreakers = round % 2 == 0 ? [] : sequences,
            };
            nint sampler = _llama.Dry(
                options.DryMultiplier, options.DryBase, options.DryAllowedLength, options.DryWindow, round % 2 == 0 ? [] : breakers);
            DryPenalty dry = new(options);
            int[] alphabet = [.. Enumerable.Range(0, 4).Select(_ => random.Next(size)), ends[random.Next(ends.Length)]];
            for (int i = random.Next(120); i > 0; i--)
            {
                int token = alphabet[Math.Min(random.Next(20) / 4, 4)];
                _llama.Accept(sampler, token);
                dry.Accept(token);
            }

            float[] logits = RandomLogits(random, size);
            float[] actual = [.. logits];
            dry.Apply(actual);
            AssertClose(_llama.ApplyAndFree(logits, sampler), actual);
        }
    }

    private static SortedDictionary<int, float> Truncate(SamplingOptions options, float[] logits)
    {
        SamplerScratch scratch = new(logits.Length);
        Candidates candidates = new(scratch, logits, ScoreKernels.FindBest(logits).Index);
        Truncation.Apply(ref candidates, options, xtcDraw: options.XtcProbability > 0 ? 0 : 1, scratch.MassCut);
        SortedDictionary<int, float> left = [];
        for (int i = 0; i < candidates.Count; i++)
        {
            if (candidates.Scores[i] > float.NegativeInfinity)
            {
                left.Add(candidates.TokenAt(i), candidates.Scores[i]);
            }
        }

        return left;
    }

    private static void AssertClose(SortedDictionary<int, float> expected, float[] actual) =>
        Assert.All(expected, pair => Assert.Equal(pair.Value, actual[pair.Key], 1e-3f + (1e-5f * Math.Abs(pair.Value))));

    private static float[] RandomLogits(Random random, int size)
    {
        double deviation = 0.5 + (4 * random.NextDouble());
        return
        [
            .. Enumerable.Range(0, size).Select(_ => (float)(deviation
                * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))),
        ];
    }
}
