using MistralServe.Json;
using MistralServe.Mcp.Calls;

namespace MistralServe.Mcp.Http;

/// <summary>Answers one call with an event stream of its own: progress, then the response as the last event.</summary>
internal static class CallStream
{
    /// <summary>
    /// Sends the headers at once, then runs the call. A cancelled call ends the stream without a response.
    /// </summary>
    /// <param name="context">The request; its response must not have started.</param>
    /// <param name="call">A call that is long.</param>
    /// <param name="running">Its registration; cancelled here when the client goes away.</param>
    /// <param name="timings">How often the stream says something.</param>
    public static async Task RunAsync(HttpContext context, McpCall call, RunningCall running, StreamTimings timings)
    {
        SseHeaders.Prepare(context);

        // Before the call waits for anything: some clients allow 100 s until the headers.
        if (!await new ResponseWriter(context, timings.Stall).WriteAsync(default).ConfigureAwait(false))
        {
            return;
        }

        var outbox = new MessageOutbox();
        Task work = WorkAsync();
        if (!await EventStreamResponse.SendAsync(context, outbox.Reader, timings).ConfigureAwait(false))
        {
            running.Cancel();
        }

        await work.ConfigureAwait(false);

        async Task WorkAsync()
        {
            await CallRunner.RunAsync(call, outbox, timings, running.Token).ConfigureAwait(false);
            outbox.Complete();
        }
    }
}
