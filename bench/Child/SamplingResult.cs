namespace MistralServe.Bench.Child;

/// <summary>Medians of one token's sampling, logits to token id, single thread.</summary>
internal sealed record SamplingResult
{
    /// <summary>Milliseconds of mistralserve's sampler.</summary>
    public required double SamplerMilliseconds { get; init; }

    /// <summary>Milliseconds of llama.cpp's chain, candidates filled in.</summary>
    public required double ChainMilliseconds { get; init; }

    /// <summary>Managed bytes allocated by a token of mistralserve's sampler.</summary>
    public required double AllocatedBytes { get; init; }

    /// <summary>Scores in a row of logits.</summary>
    public required int VocabularySize { get; init; }
}
