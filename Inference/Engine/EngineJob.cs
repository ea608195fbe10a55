namespace MistralServe.Inference.Engine;

/// <summary>
/// One request on its way through the engine, whatever it asks for. The cancel flag is shared with the reader; the rest
/// belongs to the decode thread once the job is submitted.
/// </summary>
/// <param name="arrivedAt">Timestamp of the request's arrival (<see cref="TimeProvider.GetTimestamp"/>).</param>
/// <param name="wakeEngine">Called after a cancel, so that a waiting decode thread sees it.</param>
internal abstract class EngineJob(long arrivedAt, Action wakeEngine)
{
    private volatile bool _cancelled;

    /// <summary>When the request arrived.</summary>
    public long ArrivedAt { get; } = arrivedAt;

    /// <summary>Part of its key's share; it gives it back when it ends. Set before the decode thread sees the job.</summary>
    public KeyShare? Share { get; set; }

    /// <summary>Places of the queue that it takes while it waits.</summary>
    public abstract int Places { get; }

    /// <summary>Whether a part of it runs already, so that the queue's wait limit no longer counts.</summary>
    public virtual bool MayWaitLonger => false;

    /// <summary>Whether the reader has gone. Any thread.</summary>
    public bool IsCancelled => _cancelled;

    /// <summary>The reader has gone: the decode thread ends the job before its next step. Any thread; more than once is harmless.</summary>
    public void Cancel()
    {
        if (!_cancelled)
        {
            _cancelled = true;
            wakeEngine();
        }
    }

    /// <summary>Tells the reader that it has failed, if it still listens. Decode thread.</summary>
    public abstract void Fail(EngineFailure failure);

    /// <summary>Ends a job that was cancelled before it ran. Decode thread.</summary>
    public abstract void EndCancelled();
}
