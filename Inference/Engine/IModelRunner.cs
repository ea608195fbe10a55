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

    /// <summary>Stopped by <see cref="IModelRunner.RequestAbort"/>; some rows may have been computed.</summary>
    Aborted,

    /// <summary>The batch was invalid or the library failed; the memory may hold some rows.</summary>
    Failed,
}

/// <summary>
/// The seam under the scheduler: rows of tokens in, logits out, and the memory operations that sequences need.
/// llama.cpp implements it in the product, a script in the tests. Engine thread only, except <see cref="Vocabulary"/>.
/// </summary>
internal interface IModelRunner : IDisposable
{
    /// <summary>The model's tokens; read-only, any thread.</summary>
    IVocabulary Vocabulary { get; }

    /// <summary>Number of sequences that have room of their own.</summary>
    int SequenceCount { get; }

    /// <summary>Tokens that fit one sequence.</summary>
    int ContextLength { get; }

    /// <summary>Most rows in one <see cref="Decode"/>.</summary>
    int BatchSize { get; }

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

    /// <summary>Rises while <see cref="Decode"/> computes, so that a long batch can be told from a stuck one. Any thread.</summary>
    int ActivityCount { get; }

    /// <summary>Makes a running <see cref="Decode"/> return <see cref="DecodeResult.Aborted"/> soon. Any thread.</summary>
    void RequestAbort();
}

/// <summary>The model's tokens. Immutable; any thread.</summary>
internal interface IVocabulary
{
    /// <summary>Number of tokens.</summary>
    int Count { get; }

    /// <summary>Whether the model expects its beginning-of-sequence token before a prompt.</summary>
    bool AddsBeginningOfSequence { get; }

    /// <summary>Bytes of the longest token; bounds how many bytes of text can fit a context.</summary>
    int LongestTokenBytes { get; }

    /// <summary>True for tokens that end a generation (EOS, EOT and the like). False outside the vocabulary.</summary>
    bool IsEndOfGeneration(int token);

    /// <summary>All end-of-generation tokens, ascending.</summary>
    ReadOnlySpan<int> EndOfGenerationTokens { get; }

    /// <summary>The bytes a token stands for in the output; empty for control tokens and outside the vocabulary. Valid for ever.</summary>
    ReadOnlySpan<byte> GetBytes(int token);

    /// <summary>
    /// Splits UTF-8 text into tokens.
    /// </summary>
    /// <param name="text">UTF-8 bytes; at most 2 GiB.</param>
    /// <param name="addSpecial">Add the tokens that the model expects around a text (BOS, EOS) where it does.</param>
    /// <param name="parseSpecial">Turn the text of control tokens into those tokens; never true for text from users.</param>
    int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial, bool parseSpecial);
}
