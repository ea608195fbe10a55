namespace MistralServe.Inference.Sampling;

/// <summary>
/// Working memory of samplers, about 20 bytes a token: nothing in it outlives a call of a sampler's <c>Sample</c>, so all
/// samplers of one thread may share one. Owned by one thread.
/// </summary>
/// <param name="vocabularySize">Number of tokens, above 0.</param>
internal sealed class SamplerScratch(int vocabularySize)
{
    /// <summary>Adjusted scores, by token or by candidate. Length: vocabulary size.</summary>
    public float[] Scores { get; } = new float[vocabularySize];

    /// <summary>Weights, by token or by candidate. Length: vocabulary size.</summary>
    public float[] Weights { get; } = new float[vocabularySize];

    /// <summary>Token ids of the candidates that top_k keeps. Length: vocabulary size.</summary>
    public int[] Ids { get; } = new int[vocabularySize];

    /// <summary>Rank keys to select among. Length: vocabulary size.</summary>
    public ulong[] Keys { get; } = new ulong[vocabularySize];

    /// <summary>Sums of the weights by block. Length: <see cref="WeightKernels.BlockCount"/> of the vocabulary.</summary>
    public double[] BlockSums { get; } = new double[WeightKernels.BlockCount(vocabularySize)];

    /// <summary>Finds cuts by probability mass.</summary>
    public MassCut MassCut { get; } = new();
}
