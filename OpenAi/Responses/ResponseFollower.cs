using MistralServe.Json;

namespace MistralServe.OpenAi.Responses;

/// <summary>Sends the events of a response in the background to a client that follows it; going away ends nothing.</summary>
internal static class ResponseFollower
{
    /// <summary>Sends events until the response has ended or the client is gone. Request thread.</summary>
    /// <param name="context">The request; its response must not have started.</param>
    /// <param name="log">The events.</param>
    /// <param name="next">Sequence number of the first event to send.</param>
    /// <param name="keepAliveInterval">Longest silence before a comment is sent.</param>
    public static async Task WriteAsync(HttpContext context, ResponseEventLog log, int next, TimeSpan keepAliveInterval)
    {
        SseHeaders.Prepare(context);
        using var events = new SseWriter(context.Response.BodyWriter);
        while (true)
        {
            (IReadOnlyList<byte[]> ready, bool ended, Task changed) = log.ReadFrom(next);
            next += ready.Count;
            foreach (byte[] item in ready)
            {
                events.Write(item);
            }

            if (ended && log.IsCut)
            {
                ResponseEventWriter.Write(events, new ErrorOccurredEvent
                {
                    SequenceNumber = next, Code = "internal_error", Message = "The response has more events than this server keeps; fetch it when it has ended.", Param = null,
                });
            }

            if (!await events.FlushAsync(context.RequestAborted) || ended)
            {
                return;
            }

            try
            {
                await changed.WaitAsync(keepAliveInterval, context.RequestAborted);
            }
            catch (TimeoutException)
            {
                events.WriteComment();
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
