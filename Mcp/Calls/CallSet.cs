using System.Text.Json;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Calls;

/// <summary>
/// The calls of a connection on which many run at once and all answers share one way out: the legacy event stream and stdio. Any
/// thread.
/// </summary>
/// <param name="limit">Most calls at a time; one more is answered "busy".</param>
/// <param name="timings">How often progress is told.</param>
/// <param name="aborted">The connection is gone: all calls stop.</param>
internal sealed class CallSet(int limit, StreamTimings timings, CancellationToken aborted)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _tasks = [];
    private bool _isClosed;

    /// <summary>Messages to the client.</summary>
    public MessageOutbox Outbox { get; } = new();

    /// <summary>The calls that run, by id.</summary>
    public RunningCalls Running { get; } = new();

    /// <summary>Revision that the client negotiated; null before.</summary>
    public string? Version { get; set; }

    /// <summary>
    /// Begins a call, or answers it. The answer comes in the outbox.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="id">Its id.</param>
    /// <param name="document">Document that the call refers to; disposed when it is over.</param>
    /// <returns>Completes when an immediate answer is on its way; a call that takes a while goes on after it.</returns>
    public async ValueTask BeginAsync(McpCall call, JsonElement id, SharedDocument document)
    {
        if (!call.IsLong)
        {
            McpReply reply = await call.RunAsync(NoProgress.Instance, aborted).ConfigureAwait(false);
            await Outbox.WriteAsync(reply.Message, aborted).ConfigureAwait(false);
            return;
        }

        if (!TryBegin(call, id, document))
        {
            await Outbox.WriteAsync(call.Busy(), aborted).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the connection: cancels all calls and waits until they have let go.</summary>
    public async Task CloseAsync()
    {
        Task[] tasks;
        lock (_lock)
        {
            _isClosed = true;
            tasks = [.. _tasks];
        }

        Running.CancelAll();
        Outbox.Complete();
        await Task.WhenAll(tasks).ConfigureAwait(false);
    }

    private bool TryBegin(McpCall call, JsonElement id, SharedDocument document)
    {
        lock (_lock)
        {
            if (_isClosed || _tasks.Count >= limit)
            {
                return false;
            }

            RunningCall running = Running.Begin(id, aborted);
            document.Share();
            Task task = Task.Run(() => RunAsync(call, running, document), CancellationToken.None);
            _tasks.Add(task);
            _ = task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return true;
        }
    }

    private async Task RunAsync(McpCall call, RunningCall running, SharedDocument document)
    {
        using (running)
        using (document)
        {
            await CallRunner.RunAsync(call, Outbox, timings, running.Token).ConfigureAwait(false);
        }
    }

    private void Forget(Task task)
    {
        lock (_lock)
        {
            _tasks.Remove(task);
        }
    }
}
