using System.Diagnostics;
using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>From exec to ready, and to the first token of a short request sent then. The file is in the page cache.</summary>
internal sealed class ColdStartCase : BenchCase
{
    // A server as it is started for use: four slots with room for a conversation each. Clearing their KV cache is part of the start.
    private static readonly ServerShape Shape = new(Slots: 4, RoomTokens: 2048);

    /// <inheritdoc/>
    public override string Name => "a";

    /// <inheritdoc/>
    public override string Title => "cold start: exec to health ready and to the first token of a 16-token prompt; 4 slots of 2,048 tokens";

    /// <inheritdoc/>
    public override Task MeasureAsync(Round round) => round.ForEachColdServerAsync(Shape, async session =>
    {
        int[] prompt = session.Prompts.MakeTokens(16);
        long ready = await session.Server.WaitReadyAsync(session.Client);
        StreamResult answer = await session.Client.CompleteAsync(prompt, 8);
        TimeSpan untilReady = Stopwatch.GetElapsedTime(session.Server.Started, ready);
        TimeSpan untilRequest = Stopwatch.GetElapsedTime(session.Server.Started, answer.Started);
        round.Add(Metrics.Ready, session.Engine, untilReady.TotalMilliseconds);
        round.Add(Metrics.FirstToken, session.Engine, untilRequest.TotalMilliseconds + answer.TimeToFirstTokenMilliseconds);
    });
}
