using System.Diagnostics;
using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>A long prompt arrives while three clients read their answers: how long does the worst of them wait for a token?</summary>
internal sealed class LongPromptCase : BenchCase
{
    private const int Streams = 3;
    private const int StreamTokens = 2000;
    private const int EventsBefore = 24;
    private static readonly ServerShape Shape = new(Streams + 1, RoomTokens: 2304);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <inheritdoc/>
    public override string Name => "k";

    /// <inheritdoc/>
    public override string Title => "a 2,048-token prompt arrives while 3 clients stream: their worst inter-token gap until its first token";

    /// <inheritdoc/>
    public override Task MeasureAsync(Round round) => round.ForEachServerAsync(Shape, async session =>
    {
        using var end = new CancellationTokenSource();
        int[] longPrompt = session.Prompts.MakeTokens(2048);
        StreamResult[] results = [.. Enumerable.Range(0, Streams).Select(_ => new StreamResult(keepText: false))];
        Task<StreamResult>[] streams = [.. results.Select(result => session.Client.CompleteAsync(session.Prompts.MakeTokens(64), StreamTokens, result, end.Token))];
        while (results.Any(result => result.EventCount < EventsBefore))
        {
            await Task.WhenAny(Task.WhenAll(streams), Task.Delay(PollInterval));
            RequireRunning(streams);
        }

        StreamResult answer = await session.Client.CompleteAsync(longPrompt, 8);
        RequireRunning(streams);

        // A little longer, so that the first token after a stall is seen.
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        await end.CancelAsync();
        await Task.WhenAll(streams);
        long first = answer.Started + (long)(answer.TimeToFirstTokenMilliseconds / 1000 * Stopwatch.Frequency);
        round.Add(Metrics.WorstGap, session.Engine, results.Max(result => result.FindWorstGapMilliseconds(answer.Started, first)));
        round.Add(Metrics.LongFirst, session.Engine, answer.TimeToFirstTokenMilliseconds);
    });

    private static void RequireRunning(Task<StreamResult>[] streams)
    {
        if (streams.FirstOrDefault(stream => stream.IsCompleted) is { } ended)
        {
            throw new BenchFailureException($"a stream ended too early: {ended.Exception?.InnerException?.Message ?? "all its tokens came"}");
        }
    }
}
