using System.Diagnostics;
using System.Globalization;
using MistralServe.Bench.Child;
using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>Several clients at once, each with its own prompt.</summary>
internal sealed class ThroughputCase(int clients) : BenchCase
{
    private const int PromptTokens = 128;
    private const int DecodeTokens = 128;

    private readonly ServerShape _shape = new(clients, RoomTokens: 512);

    /// <inheritdoc/>
    public override string Name => string.Create(CultureInfo.InvariantCulture, $"d{clients}");

    /// <inheritdoc/>
    public override string Title => $"{clients} clients at once: 128 tokens each after 128-token prompts of their own, prompts included in the time";

    /// <inheritdoc/>
    public override async Task MeasureAsync(Round round)
    {
        await round.ForEachServerAsync(_shape, async session =>
        {
            int[][] prompts = [.. Enumerable.Range(0, clients).Select(_ => session.Prompts.MakeTokens(PromptTokens))];
            long start = Stopwatch.GetTimestamp();
            StreamResult[] answers = await Task.WhenAll(prompts.Select(prompt => session.Client.CompleteAsync(prompt, DecodeTokens)));
            double seconds = Stopwatch.GetElapsedTime(start, answers.Max(answer => answer.Finished)).TotalSeconds;
            round.Add(Metrics.Total, session.Engine, answers.Sum(answer => answer.CompletionTokens) / seconds);
            round.Add(Metrics.MeanFirst, session.Engine, answers.Average(answer => answer.TimeToFirstTokenMilliseconds));
        });
        BareResult? bare = await round.RunBareAsync(clients, _shape.RoomTokens, PromptTokens, DecodeTokens - 1);
        if (bare is not null)
        {
            round.Add(Metrics.Total, EngineNames.BareLoop, bare.TotalTokensPerSecond);
        }
    }
}
