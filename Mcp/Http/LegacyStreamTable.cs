using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Sessions;

namespace MistralServe.Mcp.Http;

/// <summary>The event streams of revision 2024-11-05 that are open, bounded per caller. Any thread.</summary>
/// <param name="timings">How often a stream says something.</param>
internal sealed class LegacyStreamTable(StreamTimings timings)
{
    /// <summary>Open streams of one caller. Ours: hosts open one or two.</summary>
    public const int MaxStreams = 64;

    // Calls of one stream at a time. Ours: this transport has no back-pressure, every POST is accepted at once.
    private const int MaxCalls = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LegacyStream> _streams = new(StringComparer.Ordinal);

    /// <summary>Open streams of all callers.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>Opens a stream.</summary>
    /// <param name="principal">Whose it is.</param>
    /// <param name="aborted">The client is gone.</param>
    /// <returns>Null when the caller has enough of them.</returns>
    public LegacyStream? Open(string principal, CancellationToken aborted)
    {
        var stream = new LegacyStream(McpSessionStore.NewId(), principal, new CallSet(MaxCalls, timings, aborted));
        lock (_lock)
        {
            if (_streams.Values.Count(other => other.Principal == principal) >= MaxStreams)
            {
                return null;
            }

            _streams.Add(stream.Id, stream);
            return stream;
        }
    }

    /// <summary>Finds an open stream; null when there is none of that id for this caller.</summary>
    public LegacyStream? Find(string id, string principal)
    {
        lock (_lock)
        {
            return _streams.TryGetValue(id, out LegacyStream? stream) && stream.Principal == principal ? stream : null;
        }
    }

    /// <summary>Forgets a stream; its id dies.</summary>
    public void Remove(LegacyStream stream)
    {
        lock (_lock)
        {
            _streams.Remove(stream.Id);
        }
    }
}
