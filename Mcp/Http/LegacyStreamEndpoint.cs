using System.Text;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Json;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Http;

/// <summary>
/// The transport of revision 2024-11-05: a GET opens an event stream whose first event names an address, messages are POSTed
/// there, answers come on the stream.
/// </summary>
/// <param name="router">Serves messages.</param>
/// <param name="streams">The open streams.</param>
/// <param name="timings">How often a stream says something.</param>
internal sealed class LegacyStreamEndpoint(MessageRouter router, LegacyStreamTable streams, StreamTimings timings)
{
    /// <summary>Path that messages are POSTed to.</summary>
    public const string MessagePath = "/message";

    // Ours: when a stream closes is not known; soon enough for a person.
    private static readonly TimeSpan StreamRetry = TimeSpan.FromSeconds(5);

    /// <summary>Serves a GET that asks for the stream, until the client closes it.</summary>
    public async Task OpenAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Get;
            await McpHttpAnswer.Refused(new(McpErrorKind.WrongHttpMethod, "Method not allowed: open the stream by GET.")).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        if (streams.Open(CallerOf(context), context.RequestAborted) is not { } stream)
        {
            var error = new McpError(
                McpErrorKind.TooManyStreams, $"At most {LegacyStreamTable.MaxStreams} event streams: close one.", RetryAfter: StreamRetry);
            await McpHttpAnswer.Refused(error).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        try
        {
            SseHeaders.Prepare(context);

            // One write and one flush: one client forgets the event's name between two reads.
            byte[] first = Encoding.ASCII.GetBytes($"event: endpoint\ndata: {MessagePath}?sessionId={stream.Id}\n\n");
            if (await new ResponseWriter(context, timings.Stall).WriteAsync(first).ConfigureAwait(false))
            {
                await EventStreamResponse.SendAsync(context, stream.Calls.Outbox.Reader, timings).ConfigureAwait(false);
            }
        }
        finally
        {
            streams.Remove(stream);
            await stream.Calls.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Serves a POST to <see cref="MessagePath"/>: 202 first, then the work, whose answer comes on the stream.</summary>
    public async Task PostAsync(HttpContext context)
    {
        try
        {
            if (!HttpMethods.IsPost(context.Request.Method))
            {
                context.Response.Headers.Allow = HttpMethods.Post;
                await McpHttpAnswer.Refused(new(McpErrorKind.WrongHttpMethod, "Method not allowed: send messages by POST.")).WriteAsync(context).ConfigureAwait(false);
                return;
            }

            McpBody body = await McpBody.ReadAsync(context).ConfigureAwait(false);
            if (body.Document is not { } parsed)
            {
                await body.Refusal!.Value.WriteAsync(context).ConfigureAwait(false);
                return;
            }

            using var document = new SharedDocument(parsed);
            await ServeAsync(context, document).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // One of the two connections is gone: there is nobody to answer.
        }
    }

    private async Task ServeAsync(HttpContext context, SharedDocument document)
    {
        string? id = context.Request.Query["sessionId"] is [{ } single] ? single : null;
        if (id is null || streams.Find(id, CallerOf(context)) is not { } stream)
        {
            JsonRpcMessage unread = JsonRpcMessage.Read(document.Root);
            await McpHttpAnswer.Refused(new(McpErrorKind.UnknownSession, "Unknown session: open a stream by GET first."), id: unread.Id)
                .WriteAsync(context).ConfigureAwait(false);
            return;
        }

        // Before the handshake such a client speaks the first revision.
        string? version = new McpRequestHeaders(context.Request.Headers).EffectiveVersion(stream.Calls.Version ?? ProtocolVersions.WithoutAudio);
        (JsonRpcMessage[] messages, McpError? error, JsonElement badId) = MessageRouter.Read(document.Root, version);
        if (error is not null)
        {
            await McpHttpAnswer.Refused(error, id: badId).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await McpHttpAnswer.Accepted.WriteAsync(context).ConfigureAwait(false);
        await context.Response.CompleteAsync().ConfigureAwait(false);
        var call = new CallContext(McpEra.Legacy, stream.Principal, version ?? ProtocolVersions.WithoutAudio)
        {
            RequestId = context.TraceIdentifier,
        };
        foreach (JsonRpcMessage message in messages)
        {
            await router.ServeAsync(message, stream.Calls, call, document, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static string CallerOf(HttpContext context) => context.Features.Get<CallerIdentity>()?.Name ?? "";
}
