using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MistralServe.Inference.Native;

/// <summary>
/// Sees a running computation from inside, through the library's abort callback: counts its progress and can end it. Works
/// on CPU back ends. Lives as long as the context that reports to it.
/// </summary>
internal sealed unsafe class ComputeMonitor
{
    // Pinned managed memory and not native: a stop or a health check may still ask while the engine thread disposes, or after it.
    private readonly State[] _state = GC.AllocateArray<State>(1, pinned: true);

    /// <summary>Rises while the library computes. Any thread.</summary>
    public int ActivityCount => Volatile.Read(ref _state[0].Activity);

    /// <summary>Makes a context to be created report here.</summary>
    public void Attach(ref LlamaContextParams parameters)
    {
        parameters.abort_callback = &AbortCallback;
        parameters.abort_callback_data = (void*)Marshal.UnsafeAddrOfPinnedArrayElement(_state, 0);
    }

    /// <summary>Makes the running computation, and any later one, end soon. Any thread.</summary>
    public void RequestAbort() => Volatile.Write(ref _state[0].Abort, 1);

    // Called once per graph node, on the decode thread: one count and one read, nothing else.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte AbortCallback(void* state)
    {
        var shared = (State*)state;
        shared->Activity++;
        return (byte)Volatile.Read(ref shared->Abort);
    }

    // Plain fields, because the callback must not touch managed objects.
    private struct State
    {
        public int Abort;
        public int Activity;
    }
}
