using System.Text.Json;

namespace MistralServe.Mcp.Calls;

/// <summary>
/// The calls of one session that run, so that <c>notifications/cancelled</c> finds them. Ids are the client's and typed: 1 is not
/// "1". Any thread.
/// </summary>
internal sealed class RunningCalls
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, RunningCall> _calls = new(StringComparer.Ordinal);

    /// <summary>Whether any runs.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _calls.Count == 0;
            }
        }
    }

    /// <summary>Registers a call; an id that runs already is taken over by the new one.</summary>
    /// <param name="id">The request's id.</param>
    /// <param name="aborted">Cancelled when the client goes away.</param>
    public RunningCall Begin(JsonElement id, CancellationToken aborted)
    {
        var call = new RunningCall(this, KeyOf(id), aborted);
        lock (_lock)
        {
            _calls[call.Key] = call;
        }

        return call;
    }

    /// <summary>Cancels a call; an id that is unknown, finished or none at all does nothing.</summary>
    public void Cancel(JsonElement id)
    {
        RunningCall? call;
        lock (_lock)
        {
            _calls.TryGetValue(KeyOf(id), out call);
        }

        call?.Cancel();
    }

    /// <summary>Cancels all: the session has ended.</summary>
    public void CancelAll()
    {
        RunningCall[] calls;
        lock (_lock)
        {
            calls = [.. _calls.Values];
        }

        foreach (RunningCall call in calls)
        {
            call.Cancel();
        }
    }

    /// <summary>Forgets a call that is over.</summary>
    internal void End(RunningCall call)
    {
        lock (_lock)
        {
            if (_calls.GetValueOrDefault(call.Key) == call)
            {
                _calls.Remove(call.Key);
            }
        }
    }

    private static string KeyOf(JsonElement id) => id.ValueKind switch
    {
        JsonValueKind.String => $"\"{id.GetString()}",
        JsonValueKind.Number => id.GetRawText(),
        _ => "",
    };
}
