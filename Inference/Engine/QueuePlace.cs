namespace MistralServe.Inference.Engine;

/// <summary>
/// A place in the queue and a part of the key's share, taken before a request costs any work. Dispose it if the request does not start; once
/// it is transferred to the engine, disposing does nothing.
/// </summary>
internal sealed class QueuePlace(InferenceEngine engine, KeyShare share, int choices, long arrivedAt) : IDisposable
{
    private bool _over;

    /// <summary>When the request arrived.</summary>
    public long ArrivedAt { get; } = arrivedAt;

    /// <summary>The engine gives the place back from now on, and the job the part of the share.</summary>
    public KeyShare Transfer()
    {
        _over = true;
        return share;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_over)
        {
            _over = true;
            engine.ReleasePlace(choices);
            share.Dispose();
        }
    }
}
