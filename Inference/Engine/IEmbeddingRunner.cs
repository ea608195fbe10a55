namespace MistralServe.Inference.Engine;

/// <summary>
/// The seam under the embedding scheduler: whole inputs in, one vector (a reranker: scores) each out; nothing is remembered between calls.
/// llama.cpp implements it in the product, a script in the tests. Engine thread only, but for <see cref="Dimensions"/>.
/// </summary>
internal interface IEmbeddingRunner : IRunner
{
    /// <summary>Floats of one embedding; scores of one input if the model is a reranker, the one that counts first. Any thread.</summary>
    int Dimensions { get; }

    /// <summary>Most tokens of one input.</summary>
    int ContextLength { get; }

    /// <summary>Most inputs in one <see cref="Compute"/>.</summary>
    int SequenceCount { get; }

    /// <summary>Most tokens in one <see cref="Compute"/>, all inputs together; at least <see cref="ContextLength"/>.</summary>
    int BatchSize { get; }

    /// <summary>Computes the embeddings of some inputs in one call.</summary>
    /// <param name="inputs">1 to <see cref="SequenceCount"/> inputs; each has tokens, all inside the vocabulary.</param>
    DecodeResult Compute(IReadOnlyList<int[]> inputs);

    /// <summary>
    /// The embedding of one input of the last <see cref="Compute"/> that was done: <see cref="Dimensions"/> floats, pooled over
    /// the input's tokens, not normalised. Memory of the runner, valid until the next call.
    /// </summary>
    ReadOnlySpan<float> GetEmbedding(int input);
}
