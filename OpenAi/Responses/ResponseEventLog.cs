using MistralServe.Json;

namespace MistralServe.OpenAi.Responses;

/// <summary>
/// The events of a background response as they go over the wire, kept so that a client may come, go and come back. One writer, any number of
/// readers.
/// </summary>
internal sealed class ResponseEventLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SseFrames _frames = new();
    private readonly List<byte[]> _events = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _ended;

    /// <summary>Whether its events were given up for lack of room, which readers report as an error.</summary>
    public bool IsCut { get; private set; }

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
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.TrySetResult();
    }

    /// <summary>No more events will come.</summary>
    public void End() => End(isCut: false);

    /// <summary>Gives up all events for lack of room, and takes no more.</summary>
    public void Cut() => End(isCut: true);

    /// <summary>Events from a sequence number on, whether they are the last, and what completes when there is more.</summary>
    public (IReadOnlyList<byte[]> Events, bool Ended, Task Changed) ReadFrom(int sequenceNumber)
    {
        lock (_lock)
        {
            return ([.. _events.Skip(sequenceNumber)], _ended, _changed.Task);
        }
    }

    private void End(bool isCut)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _ended = true;
            if (isCut)
            {
                IsCut = true;
                Bytes = 0;
                _events.Clear();
            }

            (changed, _changed) = (_changed, NewSignal());
        }

        changed.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose() => _frames.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
