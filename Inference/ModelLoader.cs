using Microsoft.Extensions.Logging;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Native;

namespace MistralServe.Inference;

/// <summary>How a model is to be loaded.</summary>
/// <param name="NativeFolder">Folder of the native libraries.</param>
/// <param name="CpuVariant"><c>auto</c> or a variant's name.</param>
/// <param name="Threads">Compute threads.</param>
internal sealed record ModelLoadOptions(string NativeFolder, string CpuVariant, int Threads);

/// <summary>
/// Brings libraries and model into the process, on the decode thread. Cheap refusals come first: library and CPU variant
/// are checked before the weights are read.
/// </summary>
internal sealed partial class ModelLoader(ModelDescription model, ModelLoadOptions options, ContextLayout layout, ILoggerFactory loggers)
{
    // Rows of one decode call: prompts are cut into such parts, cancellation is seen between them.
    private const int BatchSize = 512;

    // Inputs of one call of an embedding model. Ours: a batch of several is full with 128 tokens, and few inputs have fewer than four.
    private const int EmbeddingSequences = 32;

    private readonly ILogger _logger = loggers.CreateLogger("MistralServe.Inference.ModelLoader");

    /// <summary>Loads everything.</summary>
    /// <param name="progress">Called with the share of the weights loaded, 0..1; false gives up.</param>
    /// <returns>The runner, or a sentence for the operator.</returns>
    public (IRunner? Runner, string? Problem) Load(Func<float, bool> progress)
    {
        (CpuVariant? variant, string? problem) = NativeRuntime.Load(options.NativeFolder, options.CpuVariant, loggers.CreateLogger("llama.cpp"));
        if (variant is null)
        {
            return (null, problem);
        }

        LogVariant(_logger, variant.Name, options.Threads);
        bool ranks = model.Capabilities.HasFlag(ModelCapabilities.Ranking);
        if (ranks || model.Capabilities.HasFlag(ModelCapabilities.Embedding))
        {
            var embedding = new LlamaContextOptions(layout.ContextLength, EmbeddingSequences, layout.ContextLength, options.Threads, FlashAttention: !ranks);
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
            KeyValueBytes = layout.KeyValueBytes,
            Vocabulary = model.VocabularySize > 0 ? new VocabularyShape(model.Architecture, model.VocabularySize) : null,
        };
        (LlamaRunner? runner, problem) = LlamaRunner.Load(model.Path, context, progress);
        return (runner, problem);
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Information, Message = "llama.cpp v0.5.0, CPU variant {Variant}, {Threads} threads")]
    private static partial void LogVariant(ILogger logger, string variant, int threads);

    [LoggerMessage(EventId = 13, Level = LogLevel.Information, Message = "{Layout}")]
    private static partial void LogLayout(ILogger logger, ContextLayout layout);
}
