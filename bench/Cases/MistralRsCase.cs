using MistralServe.Bench.Child;
using MistralServe.Bench.Load;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>mistral.rs beside mistralserve and the bare loop. It has an engine of its own, so both differences show.</summary>
internal sealed class MistralRsCase : BenchCase
{
    private const int ShortPrompt = 128;
    private const int LongPrompt = 512;
    private const int DecodeTokens = 128;
    private static readonly ServerShape Shape = new(Slots: 1, RoomTokens: 1024);

    /// <inheritdoc/>
    public override string Name => "l";

    /// <inheritdoc/>
    public override string Title => "mistral.rs: 128 tokens after a 128-token prompt; a 512-token prompt";

    /// <inheritdoc/>
    public override async Task MeasureAsync(Round round)
    {
        await round.ForEachServerAsync(Shape, async session =>
        {
            StreamResult decode = await session.Client.CompleteAsync(session.Prompts.MakeTokens(ShortPrompt), DecodeTokens);
            StreamResult prompt = await session.Client.CompleteAsync(session.Prompts.MakeTokens(LongPrompt), 2);
            round.Add(Metrics.Decode, session.Engine, decode.DecodeTokensPerSecond);
            round.Add(Metrics.Prompt512, session.Engine, prompt.PromptTokens * 1000 / prompt.TimeToFirstTokenMilliseconds);
        });
        if (await round.RunBareAsync(Shape.Slots, Shape.RoomTokens, ShortPrompt, DecodeTokens - 1) is { } bare)
        {
            round.Add(Metrics.Decode, EngineNames.BareLoop, bare.DecodeTokensPerSecond);
        }

        if (await round.RunMistralRsAsync(ShortPrompt, LongPrompt, DecodeTokens) is { } mistralRs)
        {
            round.Add(Metrics.Decode, EngineNames.MistralRs, mistralRs.DecodeTokensPerSecond);
            round.Add(Metrics.Prompt512, EngineNames.MistralRs, mistralRs.PromptTokensPerSecond);
        }
    }
}
