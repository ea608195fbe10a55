using Microsoft.Win32.SafeHandles;

namespace MistralServe.Inference.Native;

/// <summary>Owns a loaded model. Freed after its contexts.</summary>
internal sealed class LlamaModelHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Takes ownership.</summary>
    public LlamaModelHandle(nint model)
        : base(ownsHandle: true) => SetHandle(model);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LlamaApi.llama_model_free(handle);
        return true;
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
