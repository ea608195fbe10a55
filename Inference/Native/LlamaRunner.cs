using System.Globalization;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Native;

/// <summary>Sizes of the context to create, and how its model is loaded.</summary>
/// <param name="ContextLength">Tokens of one sequence; padded up to a multiple of 256 by the library.</param>
/// <param name="SequenceCount">Sequences, 1 to 256; each gets its own KV stream.</param>
/// <param name="BatchSize">Most rows of one decode call.</param>
/// <param name="Threads">Compute threads.</param>
/// <param name="FlashAttention">Whether attention is computed by the fused kernel.</param>
/// <param name="QuantizedKeys">Whether keys are stored as Q8_0 instead of F16; not together with flash attention.</param>
internal sealed record LlamaContextOptions(int ContextLength, int SequenceCount, int BatchSize, int Threads, bool FlashAttention = false, bool QuantizedKeys = false)
{
    /// <summary>Whether the library may lay weights out anew for faster kernels: a slower start, faster tokens.</summary>
    public bool Repack { get; init; } = true;

    /// <summary>Whether products that the library computes one row at a time are computed by our own code, where the processor has what it needs.</summary>
    public bool OwnKernels { get; init; } = true;

    /// <summary>When known, the vocabulary is loaded beside the weights instead of before them.</summary>
    public VocabularyShape? Vocabulary { get; init; }
}

/// <summary>
/// A model and its one context, as the scheduler uses them. Engine thread only, but for the vocabulary and <see cref="RequestAbort"/>.
/// Every argument that would end the process inside the library is checked here first.
/// </summary>
internal sealed unsafe class LlamaRunner : IModelRunner
{
    /// <summary>The library's own bound (<c>LLAMA_MAX_SEQ</c>).</summary>
    public const int MaxSequences = 256;

    // 128 to 256 rows per graph measured best for prompts on CPUs; larger graphs only take more memory.
    private const int MicroBatch = 256;

    // Tensor types of the library (ggml.h).
    private const int TypeF16 = 1;
    private const int TypeQ8 = 8;

    private readonly LlamaModelHandle _model;
    private readonly LlamaModelHandle _vocabularyModel;
    private readonly LlamaContextHandle _context;
    private readonly LlamaVocabulary _vocabulary;
    private readonly BatchBuffer _batch;
    private readonly nint _memory;
    private readonly ComputeMonitor _monitor;
    private readonly GraphKernels? _kernels;

    private LlamaRunner(
        LlamaModelHandle model, LlamaModelHandle vocabulary, LlamaContextHandle context, LlamaContextOptions options, ComputeMonitor monitor, GraphKernels? kernels)
    {
        _model = model;
        _vocabularyModel = vocabulary;
        _context = context;
        _monitor = monitor;
        _kernels = kernels;
        _vocabulary = new LlamaVocabulary(vocabulary);
        nint handle = context.DangerousGetHandle();
        _memory = LlamaApi.llama_get_memory(handle);
        SequenceCount = (int)LlamaApi.llama_n_seq_max(handle);
        ContextLength = Math.Min((int)LlamaApi.llama_n_ctx_seq(handle), options.ContextLength);
        BatchSize = (int)LlamaApi.llama_n_batch(handle);
        CanCut = LlamaApi.llama_model_is_recurrent(model.DangerousGetHandle()) == 0 && LlamaApi.llama_model_is_hybrid(model.DangerousGetHandle()) == 0;
        _batch = new BatchBuffer(BatchSize);
    }

    /// <inheritdoc/>
    public IVocabulary Vocabulary => _vocabulary;

    /// <inheritdoc/>
    public int SequenceCount { get; }

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public int BatchSize { get; }

    /// <inheritdoc/>
    public bool CanCut { get; }

    /// <summary>
    /// Loads a model and creates its context. Takes as long as the file is large; <paramref name="progress"/> is called from the
    /// calling thread with 0..1 and may return false to give up.
    /// </summary>
    /// <param name="path">The model file.</param>
    /// <param name="options">Sizes of the context.</param>
    /// <param name="progress">See above.</param>
    /// <param name="vocabulary">The vocabulary's load, when it has begun; stays the caller's.</param>
    /// <returns>The runner, or a sentence for the operator.</returns>
    public static (LlamaRunner? Runner, string? Problem) Load(string path, LlamaContextOptions options, Func<float, bool> progress, VocabularyLoad? vocabulary = null)
    {
        long cells = (long)PadContext(options.ContextLength) * options.SequenceCount;
        if (cells > int.MaxValue)
        {
            return (null, string.Create(
                CultureInfo.InvariantCulture,
                $"{options.SequenceCount} sequences of {options.ContextLength:N0} tokens are more than the library can count; lower --ctx-size or --parallel"));
        }

        using VocabularyLoad? begun = options.Vocabulary is not null && vocabulary is null ? VocabularyLoad.Begin(path, static () => null) : null;
        VocabularyLoad? vocabularyLoad = options.Vocabulary is null ? null : vocabulary ?? begun;
        (LlamaModelHandle? model, string? problem) = options.Vocabulary is { } shape
            ? LlamaModelHandle.LoadWeights(path, shape, options.Repack, progress)
            : LlamaModelHandle.Load(path, options.Repack, progress);

        LlamaContextHandle? context = null;
        GraphKernels? kernels = null;
        var monitor = new ComputeMonitor();
        if (problem is null)
        {
            (context, problem, kernels) = CreateContext(model!, options, monitor, vocabularyLoad);
        }

        LlamaModelHandle? vocabularyModel = model;
        if (vocabularyLoad is not null)
        {
            (vocabularyModel, string? vocabularyProblem) = vocabularyLoad.Finish();
            problem ??= vocabularyProblem;
        }

        if (problem is null)
        {
            return (new LlamaRunner(model!, vocabularyModel!, context!, options, monitor, kernels), null);
        }

        context?.Dispose();
        kernels?.Dispose();
        model?.Dispose();
        vocabularyModel?.Dispose();
        return (null, problem);
    }

    /// <inheritdoc/>
    public DecodeResult Decode(ReadOnlySpan<BatchRow> rows)
    {
        ArgumentOutOfRangeException.ThrowIfZero(rows.Length);
        foreach (BatchRow row in rows)
        {
            CheckSequence(row.Sequence);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row.Token, (uint)_vocabulary.Count);
        }

        return LlamaApi.llama_decode(_context.DangerousGetHandle(), _batch.Fill(rows)) switch
        {
            0 => DecodeResult.Done,
            1 => DecodeResult.NoRoom,
            2 => DecodeResult.Aborted,
            _ => DecodeResult.Failed,
        };
    }

    /// <inheritdoc/>
    public Span<float> GetLogits(int row)
    {
        float* logits = LlamaApi.llama_get_logits_ith(_context.DangerousGetHandle(), row);
        return logits is null
            ? throw new InvalidOperationException("the row asked for no logits")
            : new Span<float>(logits, _vocabulary.Count);
    }

    /// <inheritdoc/>
    public bool RemoveFrom(int sequence, int from)
    {
        CheckSequence(sequence);
        return LlamaApi.llama_memory_seq_rm(_memory, sequence, from, -1) != 0;
    }

    /// <inheritdoc/>
    public bool CopyPrefix(int source, int destination, int length)
    {
        CheckSequence(source);
        CheckSequence(destination);
        ArgumentOutOfRangeException.ThrowIfEqual(source, destination);

        // Each sequence has a stream of its own: only whole streams can be copied, a partial copy aborts the process.
        LlamaApi.llama_memory_seq_rm(_memory, destination, -1, -1);
        LlamaApi.llama_memory_seq_cp(_memory, source, destination, -1, -1);
        if (LlamaApi.llama_memory_seq_rm(_memory, destination, length, -1) != 0)
        {
            return true;
        }

        LlamaApi.llama_memory_seq_rm(_memory, destination, -1, -1);
        return false;
    }

    /// <inheritdoc/>
    public int ActivityCount => _monitor.ActivityCount;

    /// <inheritdoc/>
    public void RequestAbort() => _monitor.RequestAbort();

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _context.Dispose();
        _kernels?.Dispose();
        _model.Dispose();
        _vocabularyModel.Dispose();
    }

    private static (LlamaContextHandle? Context, string? Problem, GraphKernels? Kernels) CreateContext(
        LlamaModelHandle model, LlamaContextOptions options, ComputeMonitor monitor, VocabularyLoad? vocabulary)
    {
        LlamaContextParams parameters = LlamaApi.llama_context_default_params();
        parameters.n_seq_max = (uint)options.SequenceCount;
        parameters.n_ctx = (uint)(PadContext(options.ContextLength) * options.SequenceCount);
        parameters.n_batch = (uint)options.BatchSize;
        parameters.n_ubatch = (uint)Math.Min(MicroBatch, options.BatchSize);
        parameters.n_threads = parameters.n_threads_batch = options.Threads;
        parameters.flash_attn_type = options.FlashAttention ? 1 : 0;
        parameters.type_k = options.QuantizedKeys ? TypeQ8 : TypeF16;
        parameters.kv_unified = 0;
        monitor.Attach(ref parameters);
        GraphKernels? kernels = options.OwnKernels ? GraphKernels.Attach(ref parameters, options.Threads) : null;
        nint context;
        using (ContextMemory.Begin())
        {
            context = LlamaApi.llama_init_from_model(model.DangerousGetHandle(), parameters);
        }

        // The vocabulary takes longer, and nothing else is left to do: the first request need not pay for what is done at first use.
        if (context != 0 && vocabulary is { IsRunning: true })
        {
            ComputeFirstRow(context, options.Threads);
        }

        (LlamaContextHandle? handle, string? problem) = LlamaContextHandle.Own(
            context, model, options.Threads, $"of {options.SequenceCount} sequences with {options.ContextLength} tokens", "lower --ctx-size or --parallel");
        return (handle, problem, kernels);
    }

    // On this thread alone: the other core has the vocabulary. Whether it succeeds does not matter.
    private static void ComputeFirstRow(nint context, int threads)
    {
        using BatchBuffer batch = new(1);
        LlamaApi.llama_set_n_threads(context, 1, 1);
        _ = LlamaApi.llama_decode(context, batch.Fill([new BatchRow(0, 0, 0, WantLogits: true)]));
        LlamaApi.llama_memory_seq_rm(LlamaApi.llama_get_memory(context), 0, -1, -1);
        LlamaApi.llama_set_n_threads(context, threads, threads);
    }

    private static int PadContext(int contextLength) => (contextLength + 255) / 256 * 256;

    private void CheckSequence(int sequence) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sequence, (uint)SequenceCount);
}
