using MistralServe.Bench.Child;
using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>One stream: how fast tokens follow each other.</summary>
internal sealed class DecodeCase : BenchCase
{
    private const int PromptTokens = 128;
    private const int DecodeTokens = 256;
    private static readonly ServerShape Shape = new(Slots: 1, RoomTokens: 1024);

    /// <inheritdoc/>
    public override string Name => "b";

    /// <inheritdoc/>
    public override string Title => "single stream: 256 tokens after a 128-token prompt";

    /// <inheritdoc/>
    public override async Task MeasureAsync(Round round)
    {
        await round.ForEachServerAsync(Shape, async session =>
        {
            StreamResult answer = await session.Client.CompleteAsync(session.Prompts.MakeTokens(PromptTokens), DecodeTokens);
            round.Add(Metrics.Decode, session.Engine, answer.DecodeTokensPerSecond);
        });

        // One less: a server's first token comes from the prompt.
        BareResult? bare = await round.RunBareAsync(Shape.Slots, Shape.RoomTokens, PromptTokens, DecodeTokens - 1);
        if (bare is not null)
        {
            round.Add(Metrics.Decode, EngineNames.BareLoop, bare.DecodeTokensPerSecond);
        }
    }
}
