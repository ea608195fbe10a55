using System.Diagnostics;
using MistralServe.Bench.Load;
using MistralServe.Bench.Machine;
using MistralServe.Inference.Engine;

namespace MistralServe.Bench.Child;

/// <summary>
/// What the library can do with nothing around it: prompts, then steps of one token for every sequence, taking the highest
/// score. The yardstick of decode speed and memory.
/// </summary>
internal static class BareLoop
{
    // Unmeasured steps first, as servers get a warm-up request: they allocate the compute buffers.
    private const int WarmUpTokens = 8;

    /// <summary>Loads, runs, measures.</summary>
    public static BareResult Run(BareSettings settings)
    {
        using BareContext context = BareContext.Load(settings);
        long loaded = ProcessMemory.ReadResidentBytes(Environment.ProcessId);
        var prompts = new PromptSource(context.Vocabulary, settings.Seed);
        var rows = new BatchRow[Math.Max(settings.BatchSize, settings.Sequences)];
        int[] last = new int[settings.Sequences];
        Prefill(context, prompts.MakeTokens(WarmUpTokens), 0, rows);

        long start = Stopwatch.GetTimestamp();
        for (int sequence = 0; sequence < settings.Sequences; sequence++)
        {
            last[sequence] = Prefill(context, prompts.MakeTokens(settings.PromptTokens), sequence, rows);
        }

        double promptSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        for (int step = 0; step < settings.DecodeTokens; step++)
        {
            for (int sequence = 0; sequence < settings.Sequences; sequence++)
            {
                rows[sequence] = new BatchRow(last[sequence], settings.PromptTokens + step, sequence, true);
            }

            context.Decode(rows.AsSpan(0, settings.Sequences));
            for (int sequence = 0; sequence < settings.Sequences; sequence++)
            {
                last[sequence] = context.FindBest(sequence);
            }
        }

        double decodeSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double sequences = settings.Sequences;
        return new BareResult
        {
            PromptTokensPerSecond = sequences * settings.PromptTokens / promptSeconds,
            DecodeTokensPerSecond = settings.DecodeTokens == 0 ? 0 : sequences * settings.DecodeTokens / decodeSeconds,
            TotalTokensPerSecond = sequences * (settings.DecodeTokens + 1) / (promptSeconds + decodeSeconds),
            LoadedBytes = loaded,
            EndBytes = ProcessMemory.ReadResidentBytes(Environment.ProcessId),
        };
    }

    private static int Prefill(BareContext context, ReadOnlySpan<int> tokens, int sequence, BatchRow[] rows)
    {
        context.Forget(sequence);
        int count = 0;
        for (int position = 0; position < tokens.Length; position++)
        {
            bool isLast = position == tokens.Length - 1;
            rows[count++] = new BatchRow(tokens[position], position, sequence, isLast);
            if (isLast || count == rows.Length)
            {
                context.Decode(rows.AsSpan(0, count));
                if (isLast)
                {
                    return context.FindBest(count - 1);
                }

                count = 0;
            }
        }

        throw new BenchFailureException("a prompt is empty");
    }
}
