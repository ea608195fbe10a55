using System.Text.Json;

namespace MistralServe.Mcp.Calls;

/// <summary>Runs a call whose messages go to an outbox: its progress, if the client asked for it, then its response.</summary>
internal static class CallRunner
{
    /// <summary>
    /// Runs a call to its end. A cancelled call says nothing more.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="outbox">Where its messages go.</param>
    /// <param name="timings">How often progress is told.</param>
    /// <param name="cancellationToken">The client cancelled it or is gone.</param>
    public static async Task RunAsync(McpCall call, MessageOutbox outbox, StreamTimings timings, CancellationToken cancellationToken)
    {
        try
        {
            McpReply reply = call.ProgressToken.ValueKind == JsonValueKind.Undefined
                ? await call.RunAsync(NoProgress.Instance, cancellationToken).ConfigureAwait(false)
                : await RunWithProgressAsync(call, outbox, timings, cancellationToken).ConfigureAwait(false);

            // A tool may have missed the wish; the client has not, and wants no response.
            cancellationToken.ThrowIfCancellationRequested();
            await outbox.WriteAsync(reply.Message, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody waits for an answer.
        }
    }

    private static async ValueTask<McpReply> RunWithProgressAsync(
        McpCall call, MessageOutbox outbox, StreamTimings timings, CancellationToken cancellationToken)
    {
        using var progress = new ProgressNotifier(call.ProgressToken, outbox, timings);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task notifications = progress.RunAsync(stop.Token);
        try
        {
            return await call.RunAsync(progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Progress ends before the response is written.
            await stop.CancelAsync().ConfigureAwait(false);
            await notifications.ConfigureAwait(false);
        }
    }
}
