using System.Runtime.InteropServices;
using MistralServe.Inference.Kernels;

namespace MistralServe.Inference.Native;

/// <summary>
/// Refuses a library whose parameter structs differ from ours, before one is passed by value: a mismatch there would not
/// fail, it would corrupt memory. Values: the default functions of llama.cpp v0.5.0.
/// </summary>
internal static unsafe class AbiCheck
{
    /// <summary>What <c>llama_version()</c> of the pinned release returns.</summary>
    public const string PinnedVersion = "0.5.0-dev";

    /// <summary>A sentence that says what differs, or null when the library is the pinned one. Loads the library.</summary>
    public static string? FindMismatch()
    {
        string? version = Marshal.PtrToStringUTF8((nint)LlamaApi.llama_version());
        if (version != PinnedVersion)
        {
            return $"the library says it is version {version}, this build is made for {PinnedVersion}";
        }

        if (sizeof(LlamaModelParams) != 80 || sizeof(LlamaContextParams) != 160 || sizeof(LlamaBatch) != 56
            || sizeof(GgmlThreadpoolParams) != 528 || sizeof(LlamaKeyOverride) != 264)
        {
            return "a struct of this build has the wrong size";
        }

        // Only x86-64 passes the hidden result pointer as the first argument.
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            int context = CountBytesWritten(&LlamaApi.WriteContextDefaults);
            int model = CountBytesWritten(&LlamaApi.WriteModelDefaults);
            if (context != 160 || model != 78)
            {
                return $"the library writes {context} bytes of context and {model} bytes of model parameters, expected are 160 and 78";
            }
        }

        if (sizeof(GgmlTensor) != 336 || GgmlApi.ggml_tensor_overhead() != 32 + 336
            || Marshal.PtrToStringUTF8(GgmlApi.ggml_op_name(GraphKernels.MultiplyOperation)) != "MUL_MAT"
            || Marshal.PtrToStringUTF8(GgmlApi.ggml_op_name(GraphKernels.CustomOperation)) != "CUSTOM")
        {
            return "the library's tensors or operations are not those of v0.5.0";
        }

        if (!ContextMemory.IsLayoutKnown())
        {
            return "the library's buffers are not those of v0.5.0";
        }

        return HasKnownDefaults() ? null : "the library's default parameters are not those of v0.5.0";
    }

    private static bool HasKnownDefaults()
    {
        LlamaModelParams model = LlamaApi.llama_model_default_params();
        LlamaContextParams context = LlamaApi.llama_context_default_params();
        bool modelKnown = model is { n_gpu_layers: -1, split_mode: 1, load_mode: -1, lazy_mode: 1, main_gpu: 0, vocab_only: 0, use_extra_bufts: 1, no_alloc: 0 };
        bool sizesKnown = context is { n_ctx: 512, n_batch: 2048, n_ubatch: 512, n_seq_max: 1, n_outputs_max_per_seq: 1, n_threads: 4, n_threads_batch: 4 };
        bool typesKnown = context is { flash_attn_type: -1, pooling_type: -1, yarn_ext_factor: -1, defrag_thold: -1, type_k: 1, type_v: 1 };
        bool flagsKnown = context is { embeddings: 0, offload_kqv: 1, no_perf: 1, op_offload: 1, swa_full: 1, kv_unified: 0 } && context.n_samplers == 0;
        return modelKnown && sizesKnown && typesKnown && flagsKnown;
    }

    // How far a buffer filled with two different patterns is overwritten is the size the library was built with, less padding.
    private static int CountBytesWritten(delegate*<void*, void*> writeDefaults)
    {
        const int Size = 1024;
        byte* buffer = stackalloc byte[Size];
        int written = 0;
        foreach (byte fill in (ReadOnlySpan<byte>)[0xCC, 0x33])
        {
            new Span<byte>(buffer, Size).Fill(fill);
            writeDefaults(buffer);
            for (int i = written; i < Size; i++)
            {
                if (buffer[i] != fill)
                {
                    written = i + 1;
                }
            }
        }

        return written;
    }
}
