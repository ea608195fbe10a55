using System.Security.Cryptography;

namespace MistralServe.Mcp.Sessions;

/// <summary>
/// The sessions of legacy clients, bounded in number and idle time. They are optional: a request without one is served as well. Any thread.
/// </summary>
/// <param name="time">Measures idle time.</param>
/// <param name="limit">Most sessions.</param>
internal sealed class McpSessionStore(TimeProvider time, int limit = McpSessionStore.DefaultLimit)
{
    /// <summary>Most sessions that are remembered. Ours: some megabytes.</summary>
    public const int DefaultLimit = 16_384;

    /// <summary>
    /// Longest time without a request. Ours, and long, because several clients do not initialize again after the 404 that the
    /// protocol demands for a session that is gone.
    /// </summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<McpSession>> _sessions = new(StringComparer.Ordinal);

    // Both in the order of last use, the longest idle first: whoever has to go is found without looking at all.
    private readonly LinkedList<McpSession> _unused = new();
    private readonly LinkedList<McpSession> _used = new();

    /// <summary>Sessions that are remembered, those whose idle time is over included.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>A new random id: 128 bits in hexadecimal.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>
    /// Begins a session. When there are too many another one goes: one without a running call if possible, of these one never used
    /// after its start, of these the one that was idle longest.
    /// </summary>
    public McpSession Create(string principal, string version)
    {
        var session = new McpSession(NewId(), principal) { Version = version, LastUse = time.GetTimestamp() };
        McpSession? evicted = null;
        lock (_lock)
        {
            if (_sessions.Count >= limit)
            {
                evicted = FindLeastUseful();
                Remove(evicted.Id);
            }

            _sessions.Add(session.Id, _unused.AddLast(session));
        }

        evicted?.Calls.CancelAll();
        return session;
    }

    /// <summary>Finds a session and counts as its use; null when it is unknown, expired or somebody else's.</summary>
    public McpSession? Find(string? id, string principal)
    {
        if (id is null)
        {
            return null;
        }

        lock (_lock)
        {
            if (!_sessions.TryGetValue(id, out LinkedListNode<McpSession>? node) || node.Value is not { } session || session.Principal != principal)
            {
                return null;
            }

            if (time.GetElapsedTime(session.LastUse) > IdleLimit && session.Calls.IsEmpty)
            {
                Remove(id);
                return null;
            }

            session.LastUse = time.GetTimestamp();
            node.List!.Remove(node);
            _used.AddLast(node);
            return session;
        }
    }

    /// <summary>Ends a session and cancels its calls.</summary>
    /// <returns>False when there is none of that id for this principal.</returns>
    public bool End(string? id, string principal)
    {
        if (Find(id, principal) is not { } session)
        {
            return false;
        }

        lock (_lock)
        {
            Remove(session.Id);
        }

        session.Calls.CancelAll();
        return true;
    }

    // Under the lock, like the next. One that was never used has no calls.
    private McpSession FindLeastUseful()
    {
        LinkedListNode<McpSession>? node = _unused.First ?? _used.First;
        while (node is { Value.Calls.IsEmpty: false })
        {
            node = node.Next;
        }

        return (node ?? _used.First!).Value;
    }

    private void Remove(string id)
    {
        if (_sessions.Remove(id, out LinkedListNode<McpSession>? node))
        {
            node.List!.Remove(node);
        }
    }
}
