namespace MistralServe.Inference.Engine;

/// <summary>One row of a batch.</summary>
/// <param name="Token">Token id, inside the vocabulary.</param>
/// <param name="Position">Zero-based position in its sequence; the next free one.</param>
/// <param name="Sequence">Sequence id, 0 to <see cref="IModelRunner.SequenceCount"/> - 1.</param>
/// <param name="WantLogits">Whether the scores after this token are needed.</param>
internal readonly record struct BatchRow(int Token, int Position, int Sequence, bool WantLogits);

/// <summary>What became of a batch.</summary>
internal enum DecodeResult
{
    /// <summary>All rows were computed.</summary>
    Done,

    /// <summary>No room in the KV cache; the memory is as before.</summary>
    NoRoom,

    /// <summary>Stopped by <see cref="IRunner.RequestAbort"/>; some rows may have been computed.</summary>
    Aborted,

    /// <summary>The batch was invalid or the library failed; the memory may hold some rows.</summary>
    Failed,
}

/// <summary>
/// The seam under the scheduler: rows of tokens in, logits out, and the memory operations that sequences need.
/// llama.cpp implements it in the product, a script in the tests. Engine thread only.
/// </summary>
internal interface IModelRunner : IRunner
{
    /// <summary>Number of sequences that have room of their own.</summary>
    int SequenceCount { get; }

    /// <summary>Tokens that fit one sequence.</summary>
    int ContextLength { get; }

    /// <summary>Most rows in one <see cref="Decode"/>.</summary>
    int BatchSize { get; }

    /// <summary>
    /// Whether positions can be removed from the end of a sequence. False for models whose memory is a running state (recurrent,
    /// hybrid): no guesses are tried on them.
    /// </summary>
    bool CanCut { get; }

    /// <summary>
    /// Computes the rows and stores their keys and values. Rows must be sorted by sequence, then position.
    /// </summary>
    DecodeResult Decode(ReadOnlySpan<BatchRow> rows);

    /// <summary>
    /// The logits after one row of the last batch: vocabulary-size floats, natural-log scale before any sampler.
    /// Memory of the runner, valid until the next <see cref="Decode"/>. The row must have asked for logits.
    /// </summary>
    Span<float> GetLogits(int row);

    /// <summary>
    /// Forgets the positions <paramref name="from"/> (inclusive) to the end of a sequence. False when the model's memory
    /// cannot be cut there (recurrent, sliding window); the sequence is then unchanged. 0 always succeeds.
    /// </summary>
    bool RemoveFrom(int sequence, int from);

    /// <summary>
    /// Replaces <paramref name="destination"/> by the first <paramref name="length"/> positions of <paramref name="source"/>.
    /// False when the memory cannot be cut there; the destination is then empty.
    /// </summary>
    bool CopyPrefix(int source, int destination, int length);
}
