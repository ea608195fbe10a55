using System.Diagnostics;
using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>Many short requests in one moment.</summary>
internal sealed class BurstCase : BenchCase
{
    private const int Requests = 32;
    private static readonly ServerShape Shape = new(Requests, RoomTokens: 256);

    /// <inheritdoc/>
    public override string Name => "h";

    /// <inheritdoc/>
    public override string Title => "burst of 32 requests: 24-token prompts, 16-token answers";

    /// <inheritdoc/>
    public override Task MeasureAsync(Round round) => round.ForEachServerAsync(Shape, async session =>
    {
        int[][] prompts = [.. Enumerable.Range(0, Requests).Select(_ => session.Prompts.MakeTokens(24))];
        long start = Stopwatch.GetTimestamp();
        StreamResult[] answers = await Task.WhenAll(prompts.Select(prompt => session.Client.CompleteAsync(prompt, 16)));
        round.Add(Metrics.BurstTime, session.Engine, Stopwatch.GetElapsedTime(start, answers.Max(answer => answer.Finished)).TotalMilliseconds);
        round.Add(Metrics.MeanFirst, session.Engine, answers.Average(answer => answer.TimeToFirstTokenMilliseconds));
        round.Add(Metrics.WorstFirst, session.Engine, answers.Max(answer => answer.TimeToFirstTokenMilliseconds));
    });
}
