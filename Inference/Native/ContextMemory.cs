using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MistralServe.Inference.Native;

/// <summary>
/// Lets a context take its memory page by page, when it is first written. The library allocates the whole KV cache when a context is created
/// and clears it, which is half of the start of a small model and takes memory that most sequences never use. While an object of this class
/// lives, buffers that the library allocates are fresh pages of the kernel, which are zero anyway and come when they are touched; to clear
/// such a buffer is to give its pages back. How: the function that allocates buffers of the CPU's type is replaced (the layout is that of
/// ggml-backend-impl.h of the pinned version, see <see cref="IsLayoutKnown"/>). One at a time, on the loading thread; buffers
/// outlive it.
/// </summary>
internal sealed unsafe partial class ContextMemory : IDisposable
{
    // Linux's mman.h.
    private const int ReadAndWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private const int DropPages = 4;

    // Buffers below this are few and small: the library's own allocation is as good.
    private const nuint Smallest = 4 * 1024 * 1024;

    private static delegate* unmanaged[Cdecl]<GgmlBufferType*, nuint, GgmlBuffer*> s_allocate;

    private readonly GgmlBufferType* _type;

    private ContextMemory(GgmlBufferType* type)
    {
        _type = type;
        s_allocate = s_allocate is null ? type->alloc_buffer : s_allocate; // once: it must never be our own
        type->alloc_buffer = &Allocate;
    }

    /// <summary>Begins; null where the system is not Linux, whose kernel this counts on.</summary>
    public static ContextMemory? Begin() => OperatingSystem.IsLinux() ? new ContextMemory(GgmlApi.ggml_backend_cpu_buffer_type()) : null;

    /// <summary>The library allocates by itself again.</summary>
    public void Dispose() => _type->alloc_buffer = s_allocate;

    /// <summary>Whether buffers and their types lie in memory as this build thinks.</summary>
    public static bool IsLayoutKnown()
    {
        if (!OperatingSystem.IsLinux())
        {
            return true; // not used there
        }

        // All functions of the system are used once here, where one that is missing can still be told.
        const int Size = 4096;
        GgmlBufferType* type = GgmlApi.ggml_backend_cpu_buffer_type();
        byte* data = (byte*)Map(null, Size, ReadAndWrite, PrivateAnonymous, -1, 0);
        if ((nint)data == -1)
        {
            return false;
        }

        // Fields first: a function is called by its place only when they lie where they should. The memory is not the buffer's, so it has none to free it.
        GgmlBuffer* buffer = GgmlApi.ggml_backend_cpu_buffer_from_ptr(data, Size);
        bool known = buffer->context == data && buffer->size == Size && buffer->free_buffer is null && GgmlApi.ggml_backend_buffer_get_type(buffer) == buffer->buft;
        if (known)
        {
            data[0] = data[Size - 1] = 1;
            buffer->clear(buffer, 0);
            known = type->get_alignment(type) is >= 32 and <= Size && buffer->get_base(buffer) == data && data[0] == 0 && data[Size - 1] == 0
                && Advise(data, Size, DropPages) == 0;
        }

        GgmlApi.ggml_backend_buffer_free(buffer);
        _ = Unmap(data, Size);
        return known;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static GgmlBuffer* Allocate(GgmlBufferType* type, nuint size)
    {
        if (size < Smallest)
        {
            return s_allocate(type, size);
        }

        void* data = Map(null, size, ReadAndWrite, PrivateAnonymous, -1, 0);
        if ((nint)data == -1)
        {
            return null; // the library says that it has no memory
        }

        GgmlBuffer* buffer = GgmlApi.ggml_backend_cpu_buffer_from_ptr(data, size);
        buffer->buft = type;
        buffer->free_buffer = &Free;
        buffer->clear = &Clear;
        return buffer;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(GgmlBuffer* buffer) => _ = Unmap(buffer->context, buffer->size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Clear(GgmlBuffer* buffer, byte value)
    {
        if (value != 0 || Advise(buffer->context, buffer->size, DropPages) != 0)
        {
            NativeMemory.Fill(buffer->context, buffer->size, value);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
