using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MistralServe.Inference.Gguf;

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
    /// <param name="path">The model file.</param>
    /// <param name="repack">Whether the library may lay weights out anew where it has faster kernels for that.</param>
    /// <param name="progress">See above.</param>
    /// <returns>The model, or a sentence for the operator.</returns>
    public static (LlamaModelHandle? Model, string? Problem) Load(string path, bool repack, Func<float, bool> progress) =>
        Load(path, GetParameters(repack), progress);

    /// <summary>Loads the vocabulary of a model and nothing else.</summary>
    /// <returns>The model, or a sentence for the operator.</returns>
    public static (LlamaModelHandle? Model, string? Problem) LoadVocabulary(string path)
    {
        LlamaModelParams parameters = GetParameters(repack: false);
        parameters.vocab_only = 1;
        return Load(path, parameters, static _ => true);
    }

    /// <summary>
    /// Loads a model without its vocabulary: it has nameless tokens instead, as many as <paramref name="shape"/> says, and can
    /// compute, but neither tokenise nor tell what a token means.
    /// </summary>
    /// <inheritdoc cref="Load(string, bool, Func{float, bool})"/>
    public static unsafe (LlamaModelHandle? Model, string? Problem) LoadWeights(string path, VocabularyShape shape, bool repack, Func<float, bool> progress)
    {
        // The last one is all zero: the end of the list.
        LlamaKeyOverride* overrides = stackalloc LlamaKeyOverride[3];
        new Span<LlamaKeyOverride>(overrides, 3).Clear();
        overrides[0].SetText(MetadataKeys.TokenizerModel, "none");
        overrides[1].SetInteger(MetadataKeys.VocabularySize(shape.Architecture), shape.TokenCount);
        LlamaModelParams parameters = GetParameters(repack);
        parameters.kv_overrides = overrides;
        return Load(path, parameters, progress);
    }

    private static LlamaModelParams GetParameters(bool repack)
    {
        LlamaModelParams parameters = LlamaApi.llama_model_default_params();
        parameters.use_extra_bufts = repack ? (byte)1 : (byte)0;
        return parameters;
    }

    private static unsafe (LlamaModelHandle? Model, string? Problem) Load(string path, LlamaModelParams parameters, Func<float, bool> progress)
    {
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

    /// <summary>Takes ownership of what the library created, with a thread pool of its own.</summary>
    /// <param name="context">The context; 0 when the library could not create it.</param>
    /// <param name="model">Its model, which stays alive as long as the context.</param>
    /// <param name="threads">Compute threads.</param>
    /// <param name="size">What the context was to hold, for the sentence.</param>
    /// <param name="remedy">What the operator can do about memory, for the sentence.</param>
    /// <returns>The handle, or a sentence for the operator.</returns>
    public static (LlamaContextHandle? Context, string? Problem) Own(nint context, LlamaModelHandle model, int threads, string size, string remedy) => context != 0
        ? (new LlamaContextHandle(context, model, NativeRuntime.CreateThreadPool(threads, poll: 50)), null)
        : (null, $"llama.cpp cannot create a context {size}: {LlamaLog.TakeLastError() ?? $"probably out of memory; {remedy}"}");

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
