using System.Threading.Channels;
using MistralServe.Json;

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
    /// <param name="events">The response's writer; the headers have left.</param>
    /// <param name="messages">Whole JSON-RPC messages.</param>
    /// <param name="keepAlive">Longest silence.</param>
    /// <param name="aborted">The client is gone.</param>
    /// <returns>False when the client is gone.</returns>
    public static async ValueTask<bool> SendAsync(
        SseWriter events, ChannelReader<ReadOnlyMemory<byte>> messages, TimeSpan keepAlive, CancellationToken aborted)
    {
        Task<bool>? next = null;
        while (true)
        {
            next ??= messages.WaitToReadAsync(aborted).AsTask();
            try
            {
                if (!await next.WaitAsync(keepAlive, CancellationToken.None).ConfigureAwait(false))
                {
                    return true;
                }

                next = null;
                while (messages.TryRead(out ReadOnlyMemory<byte> message))
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

            if (!await events.FlushAsync(aborted).ConfigureAwait(false))
            {
                return false;
            }
        }
    }
}
