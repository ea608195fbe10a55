namespace MistralServe.Mcp.Calls;

/// <summary>A call that runs; dispose it when it is over.</summary>
internal sealed class RunningCall : IDisposable
{
    private readonly RunningCalls? _owner;
    private readonly CancellationTokenSource _source;

    /// <summary>Creates the entry of a call.</summary>
    /// <param name="owner">Where it is found by its id; null for a call that only its connection can cancel.</param>
    /// <param name="key">What it is found by.</param>
    /// <param name="aborted">Cancelled when the client goes away.</param>
    public RunningCall(RunningCalls? owner, string key, CancellationToken aborted)
    {
        _owner = owner;
        Key = key;
        _source = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Token = _source.Token;
    }

    /// <summary>Cancelled by the client's wish, by its going away or by the end of the session.</summary>
    public CancellationToken Token { get; }

    /// <summary>What it is found by.</summary>
    public string Key { get; }

    /// <summary>Cancels it if it still runs. Any thread.</summary>
    public void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at the same moment: there is nothing left to cancel.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _owner?.End(this);
        _source.Dispose();
    }
}
