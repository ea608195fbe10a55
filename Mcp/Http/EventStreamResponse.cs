using System.Threading.Channels;
using MistralServe.Json;
using MistralServe.Mcp.Calls;

namespace MistralServe.Mcp.Http;

/// <summary>
/// The body of a response that is an event stream. Line rules, for clients whose parsers know no others: <c>event: </c> and
/// <c>data: </c> with the space, one data line, no id, no retry, and an empty comment as sign of life.
/// </summary>
internal static class EventStreamResponse
{
    /// <summary>
    /// Sends messages as they come until there are no more. All that are ready share one write of whole events.
    /// </summary>
    /// <param name="context">The request; the headers have left.</param>
    /// <param name="messages">Whole JSON-RPC messages.</param>
    /// <param name="timings">Longest silence, and longest wait for a client that does not read.</param>
    /// <returns>False when the client is gone or does not read; its connection is cut then.</returns>
    public static async ValueTask<bool> SendAsync(
        HttpContext context, ChannelReader<ReadOnlyMemory<byte>> messages, StreamTimings timings)
    {
        CancellationToken aborted = context.RequestAborted;
        var output = new ResponseWriter(context, timings.Stall);
        using var events = new SseFrames();
        Task<bool>? next = null;
        while (true)
        {
            next ??= messages.WaitToReadAsync(aborted).AsTask();
            try
            {
                if (!await next.WaitAsync(timings.KeepAlive, CancellationToken.None).ConfigureAwait(false))
                {
                    return true;
                }

                next = null;
                while (events.Pending.Length < ResponseWriter.PartBytes / 2 && messages.TryRead(out ReadOnlyMemory<byte> message))
                {
                    events.Write("event: message\ndata: "u8);
                    events.Write(message.Span);
                    events.Write("\n\n"u8);
                }
            }
            catch (TimeoutException)
            {
                // Nothing to say for a while: the same wait goes on after the comment.
                events.WriteComment();
            }
            catch (OperationCanceledException) when (aborted.IsCancellationRequested)
            {
                return false;
            }

            if (!await output.WriteAsync(events.Pending).ConfigureAwait(false))
            {
                return false;
            }

            events.Clear();
        }
    }
}
