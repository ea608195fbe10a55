using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MistralServe.Inference.Native;

/// <summary>
/// Sees a running computation from inside, through the library's abort callback: counts its progress and can end it. Works
/// on CPU back ends. <see cref="Dispose"/> after the context, which calls into it.
/// </summary>
internal sealed unsafe class ComputeMonitor : IDisposable
{
    private readonly State* _state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));

    /// <summary>Rises while the library computes. Any thread.</summary>
    public int ActivityCount => Volatile.Read(ref _state->Activity);

    /// <summary>Makes a context to be created report here.</summary>
    public void Attach(ref LlamaContextParams parameters)
    {
        parameters.abort_callback = &AbortCallback;
        parameters.abort_callback_data = _state;
    }

    /// <summary>Forgets earlier requests to abort. Before each computation.</summary>
    public void Begin() => Volatile.Write(ref _state->Abort, 0);

    /// <summary>Makes the running computation end soon. Any thread.</summary>
    public void RequestAbort() => Volatile.Write(ref _state->Abort, 1);

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_state);

    // Called once per graph node, on the decode thread: one count and one read, nothing else.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte AbortCallback(void* state)
    {
        var shared = (State*)state;
        shared->Activity++;
        return (byte)Volatile.Read(ref shared->Abort);
    }

    // Native memory, because the callback must not touch managed objects.
    private struct State
    {
        public int Abort;
        public int Activity;
    }
}
