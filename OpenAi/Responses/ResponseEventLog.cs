using MistralServe.Json;

namespace MistralServe.OpenAi.Responses;

/// <summary>
/// The events of a background response as they go over the wire, kept so that a client may come, go and come back. One writer, any number of
/// readers.
/// </summary>
/// <param name="maxBytes">Most bytes of events; beyond them the log ends early, which readers report as an error.</param>
internal sealed class ResponseEventLog(long maxBytes) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SseFrames _frames = new();
    private readonly List<byte[]> _events = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _ended;

    /// <summary>Whether it ended because it was full.</summary>
    public bool IsFull => Bytes > maxBytes;

    /// <summary>Bytes of all events.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds an event, whose place is its sequence number. Writer only.</summary>
    public void Append(ResponseEvent value)
    {
        ResponseEventWriter.Write(_frames, value);
        byte[] bytes = _frames.Pending.ToArray();
        _frames.Clear();
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            Bytes += bytes.Length;
            _events.Add(bytes);
            _ended = IsFull;
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.TrySetResult();
    }

    /// <summary>No more events will come.</summary>
    public void End()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _ended = true;
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.TrySetResult();
    }

    /// <summary>Events from a sequence number on, whether they are the last, and what completes when there is more.</summary>
    public (IReadOnlyList<byte[]> Events, bool Ended, Task Changed) ReadFrom(int sequenceNumber)
    {
        lock (_lock)
        {
            return ([.. _events.Skip(sequenceNumber)], _ended, _changed.Task);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _frames.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
