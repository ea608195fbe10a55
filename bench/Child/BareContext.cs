using System.Runtime.Intrinsics;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Native;

namespace MistralServe.Bench.Child;

/// <summary>
/// A model with one context and as little as possible around the C API. One thread only. Failures throw
/// <see cref="BenchFailureException"/>: the process that holds it has nothing else to do.
/// </summary>
internal sealed unsafe class BareContext : IDisposable
{
    private const int TypeQ8 = 8;

    private readonly LlamaModelHandle _model;
    private readonly LlamaContextHandle _context;
    private readonly BatchBuffer _batch;

    private BareContext(LlamaModelHandle model, LlamaContextHandle context, int batchSize)
    {
        _model = model;
        _context = context;
        _batch = new BatchBuffer(batchSize);
        Vocabulary = new LlamaVocabulary(model);
    }

    /// <summary>The model's tokens.</summary>
    public LlamaVocabulary Vocabulary { get; }

    /// <summary>Loads the libraries that lie beside this executable, then the model.</summary>
    public static LlamaModelHandle LoadModel(string path, bool vocabularyOnly)
    {
        (_, string? problem) = NativeRuntime.Load(AppContext.BaseDirectory, "auto", NullLogger.Instance);
        if (problem is not null)
        {
            throw new BenchFailureException(problem);
        }

        LlamaModelParams parameters = LlamaApi.llama_model_default_params();
        parameters.vocab_only = vocabularyOnly ? (byte)1 : (byte)0;
        fixed (byte* pointer = NativeRuntime.ToNative(path))
        {
            nint model = LlamaApi.llama_model_load_from_file(pointer, parameters);
            return model != 0 ? new LlamaModelHandle(model) : throw new BenchFailureException($"cannot load {path}: {LlamaLog.TakeLastError()}");
        }
    }

    /// <summary>Loads model and context and attaches a persistent thread pool.</summary>
    public static BareContext Load(BareSettings settings)
    {
        LlamaModelHandle model = LoadModel(settings.Model, vocabularyOnly: false);
        int sequences = settings.Sequences + settings.ExtraSequences;
        LlamaContextParams parameters = LlamaApi.llama_context_default_params();
        parameters.n_seq_max = (uint)sequences;
        parameters.n_ctx = checked((uint)((settings.RoomTokens + 255) / 256 * 256 * sequences));
        parameters.n_batch = (uint)settings.BatchSize;
        parameters.n_ubatch = (uint)settings.MicroBatchSize;
        parameters.n_threads = parameters.n_threads_batch = settings.Threads;
        parameters.flash_attn_type = settings.FlashAttention ? 1 : 0;
        parameters.kv_unified = settings.Unified ? (byte)1 : (byte)0;
        parameters.type_k = settings.QuantizedKeys ? TypeQ8 : parameters.type_k;
        nint context = LlamaApi.llama_init_from_model(model.DangerousGetHandle(), parameters);
        if (context == 0)
        {
            throw new BenchFailureException($"cannot create a context of {sequences} × {settings.RoomTokens} tokens: {LlamaLog.TakeLastError()}");
        }

        nint pool = NativeRuntime.CreateThreadPool(settings.Threads, settings.Poll);
        return new BareContext(model, new LlamaContextHandle(context, model, pool), settings.BatchSize);
    }

    /// <summary>Computes rows, sorted by sequence, then position; at most a batch of them.</summary>
    public void Decode(ReadOnlySpan<BatchRow> rows)
    {
        int result = LlamaApi.llama_decode(_context.DangerousGetHandle(), _batch.Fill(rows));
        if (result != 0)
        {
            throw new BenchFailureException($"llama_decode returned {result}");
        }
    }

    /// <summary>Empties a sequence.</summary>
    public void Forget(int sequence) =>
        LlamaApi.llama_memory_seq_rm(LlamaApi.llama_get_memory(_context.DangerousGetHandle()), sequence, -1, -1);

    /// <summary>Scores after a row of the last batch: vocabulary-size floats, valid until the next decode.</summary>
    public ReadOnlySpan<float> GetLogits(int row)
    {
        float* logits = LlamaApi.llama_get_logits_ith(_context.DangerousGetHandle(), row);
        return logits is null ? throw new BenchFailureException("a row has no logits") : new ReadOnlySpan<float>(logits, Vocabulary.Count);
    }

    /// <summary>The token with the highest score; the first among equals. Scores must not be NaN.</summary>
    public int FindBest(int row)
    {
        ReadOnlySpan<float> logits = GetLogits(row);
        fixed (float* start = logits)
        {
            // The highest score first, four vectors at a time, then where it is: no index is carried along.
            int i = 0;
            var a = Vector128.Create(float.NegativeInfinity);
            Vector128<float> b = a, c = a, d = a;
            for (; i <= logits.Length - 16; i += 16)
            {
                a = Vector128.MaxNative(a, Vector128.Load(start + i));
                b = Vector128.MaxNative(b, Vector128.Load(start + i + 4));
                c = Vector128.MaxNative(c, Vector128.Load(start + i + 8));
                d = Vector128.MaxNative(d, Vector128.Load(start + i + 12));
            }

            Vector128<float> all = Vector128.MaxNative(Vector128.MaxNative(a, b), Vector128.MaxNative(c, d));
            float best = Math.Max(Math.Max(all[0], all[1]), Math.Max(all[2], all[3]));
            for (; i < logits.Length; i++)
            {
                best = Math.Max(best, start[i]);
            }

            int found = new ReadOnlySpan<int>(start, logits.Length).IndexOf(BitConverter.SingleToInt32Bits(best));
            return Math.Max(found, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _context.Dispose();
        _model.Dispose();
    }
}
