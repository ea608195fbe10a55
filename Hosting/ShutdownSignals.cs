using System.Runtime.InteropServices;

namespace MistralServe.Hosting;

/// <summary>
/// SIGTERM and SIGINT of the process: the first asks for a drain, the second ends at once. Handlers run on a thread of the
/// runtime; the members may be used from any thread.
/// </summary>
internal sealed class ShutdownSignals : IDisposable
{
    /// <summary>Exit code of a program that was ended by a signal, less the signal's number (POSIX shells).</summary>
    private const int SignalExitBase = 128;

    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<int> _exit;
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Takes over both signals until disposed.</summary>
    /// <param name="exit">Ends the process with a code; null means the real thing.</param>
    public ShutdownSignals(Action<int>? exit = null)
    {
        _exit = exit ?? Environment.Exit;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        ];
    }

    /// <summary>Completes at the first signal.</summary>
    public Task First => _first.Task;

    /// <summary>What a signal does; called by the runtime.</summary>
    internal void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_first.TrySetResult())
        {
            _exit(SignalExitBase + (context.Signal == PosixSignal.SIGINT ? 2 : 15));
        }
    }

    /// <summary>Gives both signals back.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }
}
