using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MistralServe.Inference.Native;

/// <summary>Raw imports of libggml and libggml-base v0.5.0, only what is used.</summary>
internal static unsafe partial class GgmlApi
{
    /// <summary>Loads one backend library by path; null when it does not fit this CPU or file.</summary>
    [LibraryImport("ggml"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint ggml_backend_load(byte* path);

    [LibraryImport("ggml"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ggml_backend_dev_count();

    /// <summary>First device of a type (0 is the CPU); null when there is none.</summary>
    [LibraryImport("ggml"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint ggml_backend_dev_by_type(int type);

    [LibraryImport("ggml-base"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint ggml_backend_dev_backend_reg(nint device);

    [LibraryImport("ggml-base"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void* ggml_backend_reg_get_proc_address(nint registry, byte* name);

    [LibraryImport("ggml-base"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void ggml_threadpool_params_init(GgmlThreadpoolParams* parameters, int threads);

    [LibraryImport("ggml-base"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte ggml_backend_buffer_is_host(void* buffer);

    /// <summary>The type of buffers in the machine's memory; lives as long as the library.</summary>
    [LibraryImport("ggml-base"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial GgmlBufferType* ggml_backend_cpu_buffer_type();

    /// <summary>A buffer over memory that stays the caller's, aligned to 64 bytes.</summary>
    [LibraryImport("ggml-base"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial GgmlBuffer* ggml_backend_cpu_buffer_from_ptr(void* data, nuint size);

    [LibraryImport("ggml-base"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial GgmlBufferType* ggml_backend_buffer_get_type(GgmlBuffer* buffer);

    [LibraryImport("ggml-base"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void ggml_backend_buffer_free(GgmlBuffer* buffer);

    /// <summary>Name of an operation, as a C string that lives as long as the library.</summary>
    [LibraryImport("ggml-base"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint ggml_op_name(int operation);

    /// <summary>Bytes of a tensor and of the 32-byte header before it.</summary>
    [LibraryImport("ggml-base"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ggml_tensor_overhead();
}
