using MistralServe.Bench.Child;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Cases;

/// <summary>Sampling over a vocabulary of 152k tokens in a process of its own, temperature 1, no top_k.</summary>
internal sealed class SamplingCase : BenchCase
{
    /// <inheritdoc/>
    public override string Name => "g";

    /// <inheritdoc/>
    public override string Title => "sampling a 151,936-token vocabulary, temperature 1, no top_k; single thread, logits to token id";

    /// <inheritdoc/>
    public override async Task MeasureAsync(Round round)
    {
        await MeasureAsync(round, Metrics.SampleTopP1, 1);
        await MeasureAsync(round, Metrics.SampleTopP95, 0.95f);
    }

    private static async Task MeasureAsync(Round round, string metric, float topP)
    {
        SamplingResult? result = await round.RunSamplingAsync(topP);
        if (result is not null)
        {
            round.Add(metric, EngineNames.Mistralserve, result.SamplerMilliseconds);
            round.Add(metric, EngineNames.SamplerChain, result.ChainMilliseconds);
            round.Add(Metrics.SampleAllocated, EngineNames.Mistralserve, result.AllocatedBytes);
        }
    }
}
