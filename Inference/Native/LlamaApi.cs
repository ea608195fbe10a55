using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MistralServe.Inference.Native;

/// <summary>
/// Raw imports of libllama v0.5.0 (<c>llama.h</c>, commit de3ff81), only what is used. Handles are <c>nint</c>, a C bool is a byte,
/// strings are NUL-terminated UTF-8. A wrong argument to most of these does not fail, it ends the process: callers check first.
/// No function carries SuppressGCTransition: most can log, and a managed log callback under it ends the process.
/// </summary>
internal static unsafe partial class LlamaApi
{
    private const string Library = "llama";

    /// <summary>Version text, static memory.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* llama_version();

    /// <summary>Sets the log callback of llama and ggml.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* state);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void llama_backend_init();

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial LlamaModelParams llama_model_default_params();

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial LlamaContextParams llama_context_default_params();

    /// <summary>The same function as a writer into our memory: on x86-64 a large struct is returned through a hidden first pointer.</summary>
    [LibraryImport(Library, EntryPoint = "llama_context_default_params"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void* WriteContextDefaults(void* result);

    /// <summary>As <see cref="WriteContextDefaults"/>, for the model's parameters.</summary>
    [LibraryImport(Library, EntryPoint = "llama_model_default_params"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void* WriteModelDefaults(void* result);

    /// <summary>Null when the file cannot be loaded or the progress callback returned 0.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint llama_model_load_from_file(byte* path, LlamaModelParams parameters);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void llama_model_free(nint model);

    /// <summary>Null when the parameters do not fit the model.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint llama_init_from_model(nint model, LlamaContextParams parameters);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void llama_free(nint context);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint llama_model_get_vocab(nint model);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte llama_model_is_recurrent(nint model);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte llama_model_is_hybrid(nint model);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_model_n_ctx_train(nint model);

    /// <summary>Floats of one embedding.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_model_n_embd_out(nint model);

    /// <summary>Scores of one input with pooling type rank, at least 1.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial uint llama_model_n_cls_out(nint model);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte llama_model_has_encoder(nint model);

    /// <summary>0 none, 1 mean, 2 CLS, 3 last, 4 rank.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_pooling_type(nint context);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial uint llama_n_ctx_seq(nint context);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial uint llama_n_batch(nint context);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial uint llama_n_seq_max(nint context);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void llama_set_n_threads(nint context, int threads, int batchThreads);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void llama_attach_threadpool(nint context, nint pool, nint batchPool);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void llama_detach_threadpool(nint context);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_vocab_n_tokens(nint vocabulary);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte llama_vocab_is_eog(nint vocabulary, int token);

    /// <summary>-1 when the vocabulary has no such token.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_vocab_fim_pre(nint vocabulary);

    /// <inheritdoc cref="llama_vocab_fim_pre"/>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_vocab_fim_suf(nint vocabulary);

    /// <inheritdoc cref="llama_vocab_fim_pre"/>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_vocab_fim_mid(nint vocabulary);

    /// <summary>-1 when there is none.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_vocab_bos(nint vocabulary);

    /// <summary>-1 when there is none.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_vocab_eos(nint vocabulary);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte llama_vocab_get_add_bos(nint vocabulary);

    /// <summary>-1 when there is none.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_vocab_sep(nint vocabulary);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte llama_vocab_get_add_sep(nint vocabulary);

    /// <summary>3 is WPM, as BERT has it.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_vocab_type(nint vocabulary);

    /// <summary>Memory of the vocabulary. A token outside it ends the process.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* llama_vocab_get_text(nint vocabulary, int token);

    /// <summary>Bits of <see cref="LlamaTokenAttribute"/>. A token outside the vocabulary ends the process.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_vocab_get_attr(nint vocabulary, int token);

    /// <summary>Number of tokens written; negative: the number that would be needed; int.MinValue: overflow. Thread-safe.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_tokenize(nint vocabulary, byte* text, int textLength, int* tokens, int capacity, byte addSpecial, byte parseSpecial);

    /// <summary>Bytes written; negative: the size needed. A token outside the vocabulary ends the process.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_token_to_piece(nint vocabulary, int token, byte* buffer, int length, int leftStrip, byte special);

    /// <summary>0 done, 1 no room in the KV cache, 2 aborted, -1 invalid batch, below -1 fatal. More rows than n_batch abort the process.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_decode(nint context, LlamaBatch batch);

    /// <summary>
    /// As <see cref="llama_decode"/>, for encoders: all rows in one graph, nothing is stored. More rows than n_ubatch abort the
    /// process, a model that only decodes crashes it.
    /// </summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int llama_encode(nint context, LlamaBatch batch);

    /// <summary>The pooled embedding of one sequence of the last batch; null when the context pools nothing or the batch did not have it.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial float* llama_get_embeddings_seq(nint context, int sequence);

    /// <summary>Null when the row asked for no logits.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial float* llama_get_logits_ith(nint context, int row);

    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint llama_get_memory(nint context);

    /// <summary>0 when a partial removal is impossible; removing a whole sequence never fails. An id out of range ends the process.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte llama_memory_seq_rm(nint memory, int sequence, int from, int to);

    /// <summary>Forgets all sequences; <paramref name="data"/> 0 leaves the bytes as they are.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void llama_memory_clear(nint memory, byte data);

    /// <summary>With split KV two different ids and a partial range end the process.</summary>
    [LibraryImport(Library), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void llama_memory_seq_cp(nint memory, int source, int destination, int from, int to);
}
