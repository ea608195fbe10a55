using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MistralServe.Inference.Native;

/// <summary>Owns a loaded model. Freed after its contexts.</summary>
internal sealed class LlamaModelHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Takes ownership.</summary>
    public LlamaModelHandle(nint model)
        : base(ownsHandle: true) => SetHandle(model);

    /// <summary>
    /// Loads a model. Takes as long as the file is large; <paramref name="progress"/> is called from the calling thread with
    /// 0..1 and may return false to give up.
    /// </summary>
    /// <returns>The model, or a sentence for the operator.</returns>
    public static unsafe (LlamaModelHandle? Model, string? Problem) Load(string path, Func<float, bool> progress)
    {
        LlamaModelParams parameters = LlamaApi.llama_model_default_params();
        var state = GCHandle.Alloc(progress);
        try
        {
            parameters.progress_callback = &ProgressCallback;
            parameters.progress_callback_user_data = (void*)GCHandle.ToIntPtr(state);
            fixed (byte* pointer = NativeRuntime.ToNative(path))
            {
                nint model = LlamaApi.llama_model_load_from_file(pointer, parameters);
                return model != 0
                    ? (new LlamaModelHandle(model), null)
                    : (null, $"llama.cpp cannot load {path}: {LlamaLog.TakeLastError() ?? "it gives no reason; --log-level debug shows its log"}");
            }
        }
        finally
        {
            state.Free();
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LlamaApi.llama_model_free(handle);
        return true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe byte ProgressCallback(float progress, void* state)
    {
        try
        {
            var report = (Func<float, bool>)GCHandle.FromIntPtr((nint)state).Target!;
            return report(progress) ? (byte)1 : (byte)0;
        }
#pragma warning disable CA1031 // The frame above is native: an exception must not leave.
        catch (Exception)
#pragma warning restore CA1031
        {
            return 1;
        }
    }
}

/// <summary>Owns a context and its thread pool, and keeps its model alive.</summary>
internal sealed class LlamaContextHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly LlamaModelHandle _model;
    private readonly nint _pool;

    /// <summary>Takes ownership of the context and the pool, which is attached.</summary>
    public LlamaContextHandle(nint context, LlamaModelHandle model, nint pool)
        : base(ownsHandle: true)
    {
        bool added = false;
        model.DangerousAddRef(ref added);
        _model = model;
        _pool = pool;
        SetHandle(context);
        LlamaApi.llama_attach_threadpool(context, pool, 0);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        // The pool's threads may still poll: detach, free the context that could use it, then end them.
        LlamaApi.llama_detach_threadpool(handle);
        LlamaApi.llama_free(handle);
        NativeRuntime.FreeThreadPool(_pool);
        _model.DangerousRelease();
        return true;
    }
}
