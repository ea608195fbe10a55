using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace MistralServe.Inference.Native;

/// <summary>
/// Brings the native libraries into the process, once: resolve, check, log callback, one CPU library, initialise.
/// </summary>
internal static unsafe class NativeRuntime
{
    private static readonly Lock Gate = new();
    private static string s_folder = AppContext.BaseDirectory;
    private static bool s_resolverSet;
    private static CpuVariant? s_variant;
    private static nint s_cpuLibrary;

    /// <summary>The CPU variant in use; null until the libraries are loaded.</summary>
    public static CpuVariant? Variant => s_variant;

    /// <summary>
    /// Loads the libraries. The steps and why they are in this order:
    /// 1. resolve by full path, in dependency order;
    /// 2. refuse a library that is not the pinned one, before a struct is passed by value;
    /// 3. log callback, so that the next steps do not write to stderr;
    /// 4. the one CPU library that fits; 5. <c>llama_backend_init</c>.
    /// A second call returns what the first one found, whatever its arguments.
    /// </summary>
    /// <param name="folder">Where the libraries lie.</param>
    /// <param name="requestedVariant"><c>auto</c> or the name of a CPU variant.</param>
    /// <param name="logger">Takes llama.cpp's log at debug level.</param>
    /// <returns>The CPU variant in use, or a sentence that says what is wrong.</returns>
    public static (CpuVariant? Variant, string? Problem) Load(string folder, string requestedVariant, ILogger logger)
    {
        lock (Gate)
        {
            if (s_variant is not null)
            {
                return (s_variant, null);
            }

            if (MapLibraries(folder) is { } mapping)
            {
                return (null, mapping);
            }

            if (AbiCheck.FindMismatch() is { } mismatch)
            {
                return (null, $"the native library in {folder} does not fit this build: {mismatch}");
            }

            LlamaLog.Attach(logger);
            (CpuVariant? variant, string? problem) = LoadCpuLibrary(folder, requestedVariant);
            if (variant is null)
            {
                return (null, problem);
            }

            LlamaApi.llama_backend_init();
            s_variant = variant;
            return (variant, null);
        }
    }

    /// <summary>A persistent thread pool for <c>llama_attach_threadpool</c>; without one every decode creates and joins threads.</summary>
    public static nint CreateThreadPool(int threads, uint poll)
    {
        var create = (delegate* unmanaged[Cdecl]<GgmlThreadpoolParams*, nint>)FindCpuFunction("ggml_threadpool_new\0"u8);
        GgmlThreadpoolParams parameters;
        GgmlApi.ggml_threadpool_params_init(&parameters, threads);
        parameters.poll = poll;

        // The first graph resumes them; until then they would spin for work, a tenth of a second in which the vocabulary still loads.
        parameters.paused = 1;
        return create(&parameters);
    }

    /// <summary>Ends a pool's threads. Detach it from its context first.</summary>
    public static void FreeThreadPool(nint pool)
    {
        var free = (delegate* unmanaged[Cdecl]<nint, void>)FindCpuFunction("ggml_threadpool_free\0"u8);
        free(pool);
    }

    /// <summary>What the CPU library computes with a type of blocks; null when it does not say.</summary>
    public static GgmlTypeTraitsCpu* FindTypeTraits(int type) =>
        s_cpuLibrary != 0 && NativeLibrary.TryGetExport(s_cpuLibrary, "ggml_get_type_traits_cpu", out nint find)
            ? ((delegate* unmanaged[Cdecl]<int, GgmlTypeTraitsCpu*>)find)(type)
            : null;

    /// <summary>UTF-8 with a terminating NUL, for the library's string arguments.</summary>
    public static byte[] ToNative(string text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    private static void* FindCpuFunction(ReadOnlySpan<byte> name)
    {
        nint registry = GgmlApi.ggml_backend_dev_backend_reg(GgmlApi.ggml_backend_dev_by_type(0));
        fixed (byte* pointer = name)
        {
            return GgmlApi.ggml_backend_reg_get_proc_address(registry, pointer);
        }
    }

    private static string? MapLibraries(string folder)
    {
        s_folder = Path.GetFullPath(folder);
        if (!s_resolverSet)
        {
            NativeLibrary.SetDllImportResolver(typeof(NativeRuntime).Assembly, Resolve);
            s_resolverSet = true;
        }

        // ggml starts gdb for a backtrace when it aborts, which takes seconds; GGML_BACKEND_PATH would load a stranger's library.
        SetNativeEnvironment("GGML_NO_BACKTRACE", "1");
        SetNativeEnvironment("GGML_BACKEND_PATH", null);
        foreach (string library in (ReadOnlySpan<string>)["libggml-base.so", "libggml.v0.5.0.so", "libllama.v0.5.0.so"])
        {
            string path = Path.Combine(s_folder, library);
            if (!File.Exists(path))
            {
                return $"{library} is not in {s_folder}; give its folder by --native-dir";
            }

            if (!NativeLibrary.TryLoad(path, out _))
            {
                return $"{library} in {s_folder} cannot be loaded; it needs glibc 2.34 and libstdc++ of GCC 12 or later";
            }
        }

        return null;
    }

    private static (CpuVariant? Variant, string? Problem) LoadCpuLibrary(string folder, string requested)
    {
        (CpuVariant? variant, string? problem) = CpuVariant.Choose(requested, CpuFeatureReader.Read());
        if (variant is null)
        {
            return (null, problem);
        }

        string path = Path.Combine(Path.GetFullPath(folder), $"libggml-cpu-{variant.Name}.so");
        if (!File.Exists(path))
        {
            return (null, $"the CPU library {Path.GetFileName(path)} is not in {folder}");
        }

        fixed (byte* pointer = ToNative(path))
        {
            GgmlApi.ggml_backend_load(pointer);
        }

        NativeLibrary.TryLoad(path, out s_cpuLibrary);

        return GgmlApi.ggml_backend_dev_count() > 0
            ? (variant, null)
            : (null, $"the CPU library {Path.GetFileName(path)} does not start on this machine; try another --cpu-variant");
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        "llama" => NativeLibrary.Load(Path.Combine(s_folder, "libllama.v0.5.0.so")),
        "ggml" => NativeLibrary.Load(Path.Combine(s_folder, "libggml.v0.5.0.so")),
        "ggml-base" => NativeLibrary.Load(Path.Combine(s_folder, "libggml-base.so")),
        _ => 0,
    };

    // Environment.SetEnvironmentVariable changes only .NET's own copy; native code reads the C library's.
    private static void SetNativeEnvironment(string name, string? value)
    {
        nint library = NativeLibrary.Load("libc.so.6");
        fixed (byte* namePointer = ToNative(name))
        {
            if (value is null)
            {
                ((delegate* unmanaged[Cdecl]<byte*, int>)NativeLibrary.GetExport(library, "unsetenv"))(namePointer);
                return;
            }

            fixed (byte* valuePointer = ToNative(value))
            {
                ((delegate* unmanaged[Cdecl]<byte*, byte*, int, int>)NativeLibrary.GetExport(library, "setenv"))(namePointer, valuePointer, 1);
            }
        }
    }
}
