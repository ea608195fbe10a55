using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

[assembly: DisableRuntimeMarshalling]

namespace MistralServe.Inference.Native;

// Layouts of llama.cpp v0.5.0 on Linux x86-64. Blittable only: a C bool is a byte, an enum an int, size_t a nuint.
// A test holds sizes and offsets; AbiCheck compares them with the loaded library before one is passed by value.

/// <summary>80 bytes. Bytes 36-39 and 78-79 are padding and hold garbage: never compare the struct as memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaModelParams
{
    public nint* devices;
    public void* tensor_buft_overrides;
    public int n_gpu_layers, split_mode, load_mode, lazy_mode, main_gpu;
    public float* tensor_split;
    public delegate* unmanaged[Cdecl]<float, void*, byte> progress_callback;
    public void* progress_callback_user_data;
    public void* kv_overrides;
    public byte vocab_only, check_tensors, use_extra_bufts, no_host, no_alloc, load_mtp;
}

/// <summary>264 bytes: a value that is taken instead of the file's. A list ends with an empty key.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaKeyOverride
{
    private const int Integer = 0;
    private const int Text = 3;
    private const int Capacity = 128;

    public int tag;
    public fixed byte key[Capacity];
    public fixed long value[Capacity / sizeof(long)];

    /// <summary>Overrides a whole number.</summary>
    public void SetInteger(string name, long number)
    {
        tag = Integer;
        Write(name, ref key[0]);
        value[0] = number;
    }

    /// <summary>Overrides a text.</summary>
    public void SetText(string name, string text)
    {
        tag = Text;
        Write(name, ref key[0]);
        Write(text, ref Unsafe.As<long, byte>(ref value[0]));
    }

    // Longer names do not exist in the library; a zero byte follows.
    private static void Write(string text, ref byte target) =>
        Encoding.UTF8.GetBytes(text, MemoryMarshal.CreateSpan(ref target, Capacity - 1));
}

/// <summary>160 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaContextParams
{
    public uint n_ctx, n_batch, n_ubatch, n_seq_max, n_rs_seq, n_outputs_max, n_outputs_max_per_seq;
    public int n_threads, n_threads_batch;
    public int ctx_type, rope_scaling_type, pooling_type, attention_type, flash_attn_type;
    public float rope_freq_base, rope_freq_scale, yarn_ext_factor, yarn_attn_factor, yarn_beta_fast, yarn_beta_slow;
    public uint yarn_orig_ctx;
    public float defrag_thold;
    public void* cb_eval;
    public void* cb_eval_user_data;
    public int type_k, type_v;
    public delegate* unmanaged[Cdecl]<void*, byte> abort_callback;
    public void* abort_callback_data;
    public byte embeddings, offload_kqv, no_perf, op_offload, swa_full, kv_unified;
    public void* samplers;
    public nuint n_samplers;
    public nint ctx_other;
}

/// <summary>56 bytes. The arrays belong to <see cref="BatchBuffer"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaBatch
{
    public int n_tokens;
    public int* token;
    public float* embd;
    public int* pos;
    public int* n_seq_id;
    public int** seq_id;
    public sbyte* logits;
}

/// <summary>528 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlThreadpoolParams
{
    public fixed byte cpumask[512];
    public int n_threads, prio;
    public uint poll;
    public byte strict_cpu, paused;
}

/// <summary>The beginning of <c>ggml_type_traits_cpu</c>; only read, behind the library's pointer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlTypeTraitsCpu
{
    public delegate* unmanaged[Cdecl]<float*, byte*, long, void> from_float;
    public delegate* unmanaged[Cdecl]<int, float*, nuint, byte*, nuint, byte*, nuint, int, void> vec_dot;
}

/// <summary><c>ggml_backend_buffer_type</c> of ggml-backend-impl.h: its functions, then its device and state.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlBufferType
{
    public void* get_name;
    public delegate* unmanaged[Cdecl]<GgmlBufferType*, nuint, GgmlBuffer*> alloc_buffer;
    public delegate* unmanaged[Cdecl]<GgmlBufferType*, nuint> get_alignment;
    public void* get_max_size, get_alloc_size, is_host, device, context;
}

/// <summary><c>ggml_backend_buffer</c> of ggml-backend-impl.h: its functions, then its own fields.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlBuffer
{
    public delegate* unmanaged[Cdecl]<GgmlBuffer*, void> free_buffer;
    public delegate* unmanaged[Cdecl]<GgmlBuffer*, void*> get_base;
    public void* init_tensor, memset_tensor, set_tensor, get_tensor, set_tensor_2d, get_tensor_2d, cpy_tensor;
    public delegate* unmanaged[Cdecl]<GgmlBuffer*, byte, void> clear;
    public void* reset;
    public GgmlBufferType* buft;
    public void* context;
    public nuint size;
    public int usage;
}
