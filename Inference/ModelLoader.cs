using Microsoft.Extensions.Logging;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Native;

namespace MistralServe.Inference;

/// <summary>How a model is to be loaded.</summary>
/// <param name="NativeFolder">Folder of the native libraries.</param>
/// <param name="CpuVariant"><c>auto</c> or a variant's name.</param>
/// <param name="Threads">Compute threads.</param>
/// <param name="FastStart">Whether weights are used as they lie in the file: a faster start, less memory, slower tokens for some types.</param>
internal sealed record ModelLoadOptions(string NativeFolder, string CpuVariant, int Threads, bool FastStart = false);

/// <summary>
/// Brings libraries and model into the process, on the decode thread; the vocabulary may come earlier. Cheap refusals come first: library and CPU variant
/// are checked before the weights are read.
/// </summary>
internal sealed partial class ModelLoader(ModelDescription model, ModelLoadOptions options, ILoggerFactory loggers) : IDisposable
{
    // Rows of one decode call: prompts are cut into such parts, cancellation is seen between them.
    private const int BatchSize = 512;

    // Inputs of one call of an embedding model. Ours: a batch of several is full with 128 tokens, and few inputs have fewer than four.
    private const int EmbeddingSequences = 32;

    // Weights that we have a product for.
    private const string OwnKernelType = "Q4_1";

    private readonly ILogger _logger = loggers.CreateLogger("MistralServe.Inference.ModelLoader");

    private readonly ILogger _libraryLogger = loggers.CreateLogger("llama.cpp");
    private VocabularyLoad? _vocabulary;

    // Weights that are not quantised gain nothing (measured with AMX; elsewhere the library has no other layout for them).
    private bool Repacks => !options.FastStart && model.Quantization is not ("F32" or "F16" or "BF16");

    private bool IsPooled => (model.Capabilities & (ModelCapabilities.Ranking | ModelCapabilities.Embedding)) != 0;

    /// <summary>
    /// Begins to load the vocabulary in the background, while the caller opens the ports. Call once at most; then <see cref="Load"/> or
    /// <see cref="Dispose"/>.
    /// </summary>
    public void Begin()
    {
        if (!IsPooled && model.VocabularySize > 0)
        {
            _vocabulary = VocabularyLoad.Begin(model.Path, () => LoadLibraries().Problem);
        }
    }

    /// <summary>Loads everything. Call once.</summary>
    /// <param name="layout">Layout of the context.</param>
    /// <param name="progress">Called with the share of the weights loaded, 0..1; false gives up.</param>
    /// <returns>The runner, or a sentence for the operator.</returns>
    public (IRunner? Runner, string? Problem) Load(ContextLayout layout, Func<float, bool> progress)
    {
        try
        {
            return LoadModel(layout, progress);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Ends what has begun and was not taken.</summary>
    public void Dispose() => _vocabulary?.Dispose();

    private (IRunner? Runner, string? Problem) LoadModel(ContextLayout layout, Func<float, bool> progress)
    {
        (CpuVariant? variant, string? problem) = LoadLibraries();
        if (variant is null)
        {
            return (null, problem);
        }

        LogVariant(_logger, variant.Name, options.Threads);
        if (IsPooled)
        {
            bool ranks = model.Capabilities.HasFlag(ModelCapabilities.Ranking);
            var embedding = new LlamaContextOptions(layout.ContextLength, EmbeddingSequences, layout.ContextLength, options.Threads, FlashAttention: !ranks) { Repack = Repacks };
            (LlamaEmbeddingRunner? embeddingRunner, problem) = LlamaEmbeddingRunner.Load(model.Path, embedding, progress);
            if (embeddingRunner is not null && embeddingRunner.Ranks != ranks)
            {
                embeddingRunner.Dispose();
                return (null, $"llama.cpp does not pool architecture {model.Architecture} as the file says (pooling type rank)");
            }

            return (embeddingRunner, problem);
        }

        if (layout.KeyValueBytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            return (null, $"the KV cache needs more memory than there is ({layout}); lower --ctx-size or --parallel");
        }

        LogLayout(_logger, layout);

        // Never fewer rows than sequences: each may have one in the same call, and the library aborts the process otherwise.
        int sequences = layout.Parallel + layout.CacheStreams;
        int batchSize = Math.Max(sequences, Math.Min(BatchSize, layout.ContextLength));
        var context = new LlamaContextOptions(layout.ContextLength, sequences, batchSize, options.Threads, layout.FlashAttention, layout.QuantizedKeys)
        {
            Repack = Repacks,
            OwnKernels = model.TensorTypes.Contains(OwnKernelType),
            Vocabulary = model.VocabularySize > 0 ? new VocabularyShape(model.Architecture, model.VocabularySize) : null,
        };
        (LlamaRunner? runner, problem) = LlamaRunner.Load(model.Path, context, progress, _vocabulary);
        return (runner, problem);
    }

    private (CpuVariant? Variant, string? Problem) LoadLibraries() => NativeRuntime.Load(options.NativeFolder, options.CpuVariant, _libraryLogger);

    [LoggerMessage(EventId = 10, Level = LogLevel.Information, Message = "llama.cpp v0.5.0, CPU variant {Variant}, {Threads} threads")]
    private static partial void LogVariant(ILogger logger, string variant, int threads);

    [LoggerMessage(EventId = 13, Level = LogLevel.Information, Message = "{Layout}")]
    private static partial void LogLayout(ILogger logger, ContextLayout layout);
}
