namespace MistralServe.Inference.Engine;

/// <summary>How a request for embeddings ended; exactly one of the two is set.</summary>
/// <param name="Vectors">One for each input, in their order: pooled, not normalised.</param>
/// <param name="Failure">Why there are none.</param>
internal sealed record EmbeddingResult(float[][]? Vectors, EngineFailure? Failure);

/// <summary>
/// Embeddings that wait or are being computed, as their reader sees them. Dispose it on every way out: that cancels what is
/// not finished.
/// </summary>
/// <param name="result">Completes when the request has ended; cancelled when it was cancelled.</param>
/// <param name="cancel">Cancels the request.</param>
internal sealed class EmbeddingComputation(Task<EmbeddingResult> result, Action cancel) : IDisposable
{
    /// <summary>The result. Cancelled when the computation was disposed before its end.</summary>
    public Task<EmbeddingResult> Result { get; } = result;

    /// <summary>Cancels the computation if it still runs; otherwise does nothing. Any thread.</summary>
    public void Dispose() => cancel();
}
