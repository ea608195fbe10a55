using MistralServe.Bench.Child;
using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>Prompt processing, seen as the time to the first token.</summary>
internal sealed class PromptCase : BenchCase
{
    private static readonly ServerShape Shape = new(Slots: 1, RoomTokens: 3072);

    /// <inheritdoc/>
    public override string Name => "c";

    /// <inheritdoc/>
    public override string Title => "prompt processing, fresh prompts: tokens divided by time to first token";

    /// <inheritdoc/>
    public override async Task MeasureAsync(Round round)
    {
        await round.ForEachServerAsync(Shape, async session =>
        {
            round.Add(Metrics.Prompt512, session.Engine, await MeasureAsync(session, 512));
            round.Add(Metrics.Prompt2048, session.Engine, await MeasureAsync(session, 2048));
        });
        await MeasureBareAsync(round, Metrics.Prompt512, 512);
        await MeasureBareAsync(round, Metrics.Prompt2048, 2048);
    }

    private static async Task<double> MeasureAsync(ServerSession session, int tokens)
    {
        StreamResult answer = await session.Client.CompleteAsync(session.Prompts.MakeTokens(tokens), 4);
        return tokens * 1000 / answer.TimeToFirstTokenMilliseconds;
    }

    private static async Task MeasureBareAsync(Round round, string metric, int tokens)
    {
        if (await round.RunBareAsync(Shape.Slots, Shape.RoomTokens, tokens, 0) is { } bare)
        {
            round.Add(metric, EngineNames.BareLoop, bare.PromptTokensPerSecond);
        }
    }
}
