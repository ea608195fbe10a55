namespace MistralServe.Inference.Engine;

/// <summary>Wakes the decode thread out of a bounded wait. A signal given while nobody waits is kept. Any thread.</summary>
internal sealed class WakeSignal
{
    private readonly object _gate = new();
    private bool _signalled;

    /// <summary>Ends the current wait, or the next one at once.</summary>
    public void Set()
    {
        lock (_gate)
        {
            _signalled = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for a signal, at most this long.</summary>
    public void Wait(TimeSpan limit)
    {
        lock (_gate)
        {
            if (!_signalled)
            {
                Monitor.Wait(_gate, limit);
            }

            _signalled = false;
        }
    }
}
