using MistralServe.Inference.Engine;
using MistralServe.Inference.Gguf;

namespace MistralServe.Inference.Native;

/// <summary>
/// An embedding model or a reranker and its one context. Each input is a sequence of its own in the batch; encoders see all rows in one
/// graph, so that a call has no more rows than a graph. Engine thread only, but for the vocabulary, the dimensions and
/// <see cref="RequestAbort"/>. Every argument that would end the process inside the library is checked here first.
/// </summary>
internal sealed unsafe class LlamaEmbeddingRunner : IEmbeddingRunner
{
    private const int FlashAttentionAuto = -1;

    private readonly LlamaModelHandle _model;
    private readonly LlamaContextHandle _context;
    private readonly LlamaVocabulary _vocabulary;
    private readonly ComputeMonitor _monitor;
    private readonly BatchBuffer _batch;
    private readonly BatchRow[] _rows;
    private readonly nint _memory;
    private readonly bool _encodes;

    private LlamaEmbeddingRunner(LlamaModelHandle model, LlamaContextHandle context, LlamaContextOptions options, ComputeMonitor monitor)
    {
        _model = model;
        _context = context;
        _monitor = monitor;
        _vocabulary = new LlamaVocabulary(model);
        nint handle = context.DangerousGetHandle();
        _memory = LlamaApi.llama_get_memory(handle);
        _encodes = _memory == 0 || LlamaApi.llama_model_has_encoder(model.DangerousGetHandle()) != 0;
        Ranks = LlamaApi.llama_pooling_type(handle) == (int)PoolingType.Rank;

        // What the library keeps of a ranked input is its scores only; reading a whole hidden state would leave its memory.
        Dimensions = Ranks ? (int)LlamaApi.llama_model_n_cls_out(model.DangerousGetHandle()) : LlamaApi.llama_model_n_embd_out(model.DangerousGetHandle());
        ContextLength = LimitContext(model.DangerousGetHandle(), options.ContextLength);
        SequenceCount = (int)LlamaApi.llama_n_seq_max(handle);
        BatchSize = (int)LlamaApi.llama_n_batch(handle);
        _batch = new BatchBuffer(BatchSize);
        _rows = new BatchRow[BatchSize];
    }

    /// <inheritdoc/>
    public IVocabulary Vocabulary => _vocabulary;

    /// <summary>Whether an input's vector is scores of a classifier (pooling type rank) and no embedding. Any thread.</summary>
    public bool Ranks { get; }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public int SequenceCount { get; }

    /// <inheritdoc/>
    public int BatchSize { get; }

    /// <inheritdoc/>
    public int ActivityCount => _monitor.ActivityCount;

    /// <summary>
    /// Loads a model and creates its context (<see cref="LlamaModelHandle.Load"/>).
    /// </summary>
    /// <param name="path">The model file.</param>
    /// <param name="options">Context length of one input, inputs and tokens of one call, threads. The context is cut to the
    /// model's training length: positions beyond it end the process for models that look them up.</param>
    /// <param name="progress">Told 0..1; false gives up.</param>
    /// <returns>The runner, or a sentence for the operator.</returns>
    public static (LlamaEmbeddingRunner? Runner, string? Problem) Load(string path, LlamaContextOptions options, Func<float, bool> progress)
    {
        (LlamaModelHandle? model, string? problem) = LlamaModelHandle.Load(path, options.Repack, progress);
        if (model is null)
        {
            return (null, problem);
        }

        var monitor = new ComputeMonitor();
        nint created = CreatePoolingContext(model.DangerousGetHandle(), options, monitor);
        (LlamaContextHandle? context, problem) = LlamaContextHandle.Own(
            created, model, options.Threads, $"for inputs of {options.ContextLength} tokens", "lower --ctx-size");
        if (context is null)
        {
            model.Dispose();
            return (null, problem);
        }

        return (new LlamaEmbeddingRunner(model, context, options, monitor), null);
    }

    /// <inheritdoc/>
    public DecodeResult Compute(IReadOnlyList<int[]> inputs)
    {
        ArgumentOutOfRangeException.ThrowIfZero(inputs.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputs.Count, SequenceCount);
        int rows = 0;
        for (int sequence = 0; sequence < inputs.Count; sequence++)
        {
            int[] input = inputs[sequence];
            ArgumentOutOfRangeException.ThrowIfZero(input.Length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(input.Length, ContextLength);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(input.Length, BatchSize - rows);
            for (int position = 0; position < input.Length; position++)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)input[position], (uint)_vocabulary.Count);
                _rows[rows++] = new BatchRow(input[position], position, sequence, WantLogits: true);
            }
        }

        return Compute(_batch.Fill(_rows.AsSpan(0, rows)));
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> GetEmbedding(int input)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)input, (uint)SequenceCount);
        float* embedding = LlamaApi.llama_get_embeddings_seq(_context.DangerousGetHandle(), input);
        return embedding is null
            ? throw new InvalidOperationException("the last batch did not have this input")
            : new ReadOnlySpan<float>(embedding, Dimensions);
    }

    /// <inheritdoc/>
    public void RequestAbort() => _monitor.RequestAbort();

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _context.Dispose();
        _model.Dispose();
    }

    private DecodeResult Compute(LlamaBatch batch)
    {
        nint context = _context.DangerousGetHandle();
        if (_memory != 0)
        {
            LlamaApi.llama_memory_clear(_memory, 0);
        }

        int result = _encodes ? LlamaApi.llama_encode(context, batch) : LlamaApi.llama_decode(context, batch);
        return result switch
        {
            0 => DecodeResult.Done,
            1 => DecodeResult.NoRoom,
            2 => DecodeResult.Aborted,
            _ => DecodeResult.Failed,
        };
    }

    // Which pooling a file names is known only to a context. One that names none gets the mean over its tokens, as is usual
    // for encoders.
    private static nint CreatePoolingContext(nint model, LlamaContextOptions options, ComputeMonitor monitor)
    {
        const int FromModel = -1;
        nint context = CreateContext(model, options, monitor, FromModel);
        if (context != 0 && LlamaApi.llama_pooling_type(context) == (int)PoolingType.None)
        {
            LlamaApi.llama_free(context);
            context = CreateContext(model, options, monitor, (int)PoolingType.Mean);
        }

        return context;
    }

    private static nint CreateContext(nint model, LlamaContextOptions options, ComputeMonitor monitor, int pooling)
    {
        LlamaContextParams parameters = LlamaApi.llama_context_default_params();
        uint batch = (uint)Math.Max(options.BatchSize, LimitContext(model, options.ContextLength));

        // One memory for all sequences (where the model has any): a call may be one long input or many short ones.
        parameters.kv_unified = 1;
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = batch;
        parameters.n_seq_max = (uint)options.SequenceCount;
        parameters.n_threads = parameters.n_threads_batch = options.Threads;
        parameters.embeddings = 1;
        parameters.pooling_type = pooling;

        // The fused attention kernel, wherever the library has it for the model. MiniLM, 512 rows: three times as fast, and the
        // cosine to the model's reference vectors stays the same to four digits (0.9996). Not for scores: it makes them depend on the
        // other inputs of the batch (0.9650 alone, 0.9642 in one of 16).
        parameters.flash_attn_type = options.FlashAttention ? FlashAttentionAuto : 0;
        monitor.Attach(ref parameters);
        using ContextMemory? memory = ContextMemory.Begin();
        return LlamaApi.llama_init_from_model(model, parameters);
    }

    private static int LimitContext(nint model, int contextLength) => Math.Min(contextLength, LlamaApi.llama_model_n_ctx_train(model));
}
