namespace MistralServe.Inference.Sampling;

/// <summary>
/// Working memory of samplers: nothing in it outlives a call of <see cref="Sampler.Sample"/>, so all samplers of one thread
/// may share one. Owned by one thread.
/// </summary>
/// <param name="vocabularySize">Number of tokens, above 0.</param>
internal sealed class SamplerScratch(int vocabularySize)
{
    /// <summary>Adjusted scores by token id. Length: vocabulary size.</summary>
    public float[] Scores { get; } = new float[vocabularySize];

    /// <summary>Weights by token id. Length: vocabulary size.</summary>
    public float[] Weights { get; } = new float[vocabularySize];

    /// <summary>Rank keys to sort. Length: vocabulary size.</summary>
    public ulong[] Keys { get; } = new ulong[vocabularySize];
}
