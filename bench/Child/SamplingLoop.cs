using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Bench.Load;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Native;
using MistralServe.Inference.Sampling;

namespace MistralServe.Bench.Child;

/// <summary>Time of a token's sampling over a large vocabulary with temperature 1 and no top_k.</summary>
internal static class SamplingLoop
{
    private const int RowCount = 16;
    private const int Repetitions = 8;
    private const int PromptTokens = 48;

    // Qwen2's vocabulary; the deviation is that of real models' logits.
    private const int RandomVocabularySize = 151_936;
    private const double RandomDeviation = 3;

    /// <summary>Makes the logits, then times mistralserve's sampler and the library's chain in turn.</summary>
    public static SamplingResult Run(SamplingSettings settings)
    {
        float[][] logits = settings.Model is null ? MakeRandomLogits(settings.Seed) : ComputeLogits(settings.Model, settings);
        int size = logits[0].Length;
        var sampler = new Sampler(new SamplingOptions { Temperature = 1, TopP = settings.TopP, Seed = settings.Seed }, size);
        using var chain = new SamplerChain(size, settings.TopP, (uint)settings.Seed);
        var samplerTimes = new List<double>();
        var chainTimes = new List<double>();
        long allocated = 0;
        for (int repetition = 0; repetition <= Repetitions; repetition++)
        {
            foreach (float[] row in logits)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                int token = sampler.Sample(row, []);
                sampler.Accept(token, isPrompt: false);
                double samplerTime = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
                start = Stopwatch.GetTimestamp();
                _ = chain.Sample(row);
                double chainTime = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

                // The first pass touches the working memory and is not counted.
                if (repetition > 0)
                {
                    samplerTimes.Add(samplerTime);
                    chainTimes.Add(chainTime);
                    allocated += bytes;
                }
            }
        }

        return new SamplingResult
        {
            SamplerMilliseconds = Report.Statistics.Median(samplerTimes),
            ChainMilliseconds = Report.Statistics.Median(chainTimes),
            AllocatedBytes = (double)allocated / samplerTimes.Count,
            VocabularySize = size,
        };
    }

    private static float[][] ComputeLogits(string model, SamplingSettings settings)
    {
        using BareContext context = BareContext.Load(new BareSettings
        {
            Model = model, Threads = settings.Threads, Sequences = 1, RoomTokens = 256, PromptTokens = PromptTokens, DecodeTokens = 0,
            Seed = settings.Seed, BatchSize = 64,
        });
        int[] prompt = new PromptSource(context.Vocabulary, settings.Seed).MakeTokens(PromptTokens);
        var rows = new BatchRow[prompt.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = new BatchRow(prompt[i], i, 0, true);
        }

        context.Decode(rows);
        float[][] logits = new float[RowCount][];
        for (int i = 0; i < RowCount; i++)
        {
            logits[i] = context.GetLogits(rows.Length - RowCount + i).ToArray();
        }

        return logits;
    }

    private static float[][] MakeRandomLogits(int seed)
    {
        if (NativeRuntime.Load(AppContext.BaseDirectory, "auto", NullLogger.Instance).Problem is { } problem)
        {
            throw new BenchFailureException(problem);
        }

        var random = new Random(seed);
        float[][] logits = new float[RowCount][];
        for (int row = 0; row < RowCount; row++)
        {
            logits[row] = new float[RandomVocabularySize];
            for (int token = 0; token < RandomVocabularySize; token++)
            {
                // Box and Muller.
                double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
                logits[row][token] = (float)(RandomDeviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
            }
        }

        return logits;
    }
}
