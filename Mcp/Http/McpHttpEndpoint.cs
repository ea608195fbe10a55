using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Sessions;

namespace MistralServe.Mcp.Http;

/// <summary>
/// The endpoint <c>/mcp</c>. Host, Origin and credentials have been checked by the middleware in front.
/// </summary>
/// <remarks>
/// One request: (1) method, (2) media type, body and its size, parsing, (3) session, (4) array or single message, (5) shape,
/// (6) era, (7) modern: headers against body, or legacy: the session must be known, (8) dispatcher, (9) JSON or event stream.
/// Each guard answers with one precise error and ends the way.
/// </remarks>
/// <param name="dispatcher">Answers what passes the guards.</param>
/// <param name="sessions">Sessions of legacy clients.</param>
/// <param name="legacyStreams">Serves a GET that asks for the stream of revision 2024-11-05.</param>
/// <param name="timings">How often a stream says something.</param>
internal sealed class McpHttpEndpoint(
    McpDispatcher dispatcher, McpSessionStore sessions, LegacyStreamEndpoint legacyStreams, StreamTimings timings)
{
    /// <summary>Serves one HTTP request of any method.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            var headers = new McpRequestHeaders(context.Request.Headers);

            // 1
            if (HttpMethods.IsPost(context.Request.Method))
            {
                await PostAsync(context, headers).ConfigureAwait(false);
            }
            else if (HttpMethods.IsGet(context.Request.Method) && headers.AsksForLegacyStream)
            {
                await legacyStreams.OpenAsync(context).ConfigureAwait(false);
            }
            else
            {
                await NotPost(context, headers).WriteAsync(context).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone and its call was stopped: there is nobody to answer.
        }
    }

    private McpHttpAnswer NotPost(HttpContext context, McpRequestHeaders headers)
    {
        if (HttpMethods.IsDelete(context.Request.Method) && headers is { HasSession: true, IsLegacyOrSilent: true })
        {
            return sessions.End(headers.Session, CallerOf(context)) ? McpHttpAnswer.Ended : McpHttpAnswer.Refused(UnknownSession());
        }

        // 405 and nothing else: clients take it for "no stream of the server's own" and loop or ask for a login at anything else.
        context.Response.Headers.Allow = HttpMethods.Post;
        return McpHttpAnswer.Refused(new(McpErrorKind.WrongHttpMethod, "Method not allowed: send messages by POST."));
    }

    private async ValueTask PostAsync(HttpContext context, McpRequestHeaders headers)
    {
        // 2
        McpBody body = await McpBody.ReadAsync(context).ConfigureAwait(false);
        if (body.Document is not { } document)
        {
            await body.Refusal!.Value.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        using (document)
        {
            // 3
            var exchange = new Exchange(context, headers, CallerOf(context));
            exchange.Session = sessions.Find(headers.Session, exchange.Principal);

            // 4
            Answer answer = document.RootElement.ValueKind == JsonValueKind.Array
                ? await BatchAsync(document.RootElement, exchange).ConfigureAwait(false)
                : Single(JsonRpcMessage.Read(document.RootElement), exchange);

            // 9
            await FinishAsync(answer, exchange).ConfigureAwait(false);
        }
    }

    private Answer Single(JsonRpcMessage message, Exchange exchange)
    {
        // 5
        if (message.Kind == JsonRpcMessageKind.Invalid)
        {
            return McpHttpAnswer.Refused(McpError.NotAMessage(), id: message.Id);
        }

        // 6
        return exchange.Headers.EraOf(message) == McpEra.Modern ? Modern(message, exchange) : Legacy(message, exchange);
    }

    private Answer Modern(JsonRpcMessage message, Exchange exchange)
    {
        // 7; sessions are no matter of this era
        exchange.Session = null;
        McpError? error = message.Kind switch
        {
            JsonRpcMessageKind.Response => new(McpErrorKind.InvalidRequest, "Invalid request: this server sends no requests to respond to."),
            JsonRpcMessageKind.Notification => exchange.Headers.CheckNotification(),
            _ => exchange.Headers.CheckRequest(message),
        };
        if (error is not null)
        {
            return McpHttpAnswer.Refused(error, McpEra.Modern, message.Id);
        }

        return message.Kind == JsonRpcMessageKind.Notification
            ? McpHttpAnswer.Accepted
            : Prepare(message, exchange.Call(McpEra.Modern, ProtocolVersions.Modern));
    }

    private Answer Legacy(JsonRpcMessage message, Exchange exchange)
    {
        // 7
        if (exchange.Headers.HasSession && exchange.Session is null)
        {
            return McpHttpAnswer.Refused(UnknownSession(), id: message.Id);
        }

        if (message.Kind != JsonRpcMessageKind.Request)
        {
            if (message is { Kind: JsonRpcMessageKind.Notification, Method: MessageRouter.Cancelled })
            {
                exchange.Session?.Calls.Cancel(message.Param("requestId"u8));
            }

            return McpHttpAnswer.Accepted;
        }

        if (message.Method == "initialize")
        {
            Begin(McpDispatcher.Negotiate(message), exchange);
        }

        string version = exchange.Headers.EffectiveVersion(exchange.Session?.Version) ?? ProtocolVersions.AssumedWithoutHeader;
        return Prepare(message, exchange.Call(McpEra.Legacy, version));
    }

    // The session is optional: a client that never sends it is served as well, but then only its connection cancels a call.
    private void Begin(string version, Exchange exchange)
    {
        if (exchange.Session is { } session)
        {
            session.Version = version;
        }
        else
        {
            exchange.Session = sessions.Create(exchange.Principal, version);
        }
    }

    // 8
    private Answer Prepare(JsonRpcMessage request, CallContext context) => new(dispatcher.Prepare(request, context), request.Id, context.Era);

    private async ValueTask<Answer> BatchAsync(JsonElement batch, Exchange exchange)
    {
        (JsonRpcMessage[] messages, McpError? error) = BatchRules.Read(batch, exchange.Headers.EffectiveVersion(exchange.Session?.Version));
        if (error is not null)
        {
            return McpHttpAnswer.Refused(error);
        }

        if (exchange.Headers.HasSession && exchange.Session is null)
        {
            return McpHttpAnswer.Refused(UnknownSession());
        }

        // One by one, in order: a batch takes no more of the queue than a client that waits for each answer.
        List<ReadOnlyMemory<byte>> replies = [];
        foreach (JsonRpcMessage message in messages)
        {
            Answer answer = message.Kind == JsonRpcMessageKind.Invalid
                ? new McpHttpAnswer(StatusCodes.Status200OK, JsonRpcWriter.Error(default, McpError.NotAMessage()))
                : Single(message, exchange);
            McpHttpAnswer whole = await CompleteAsync(answer, exchange).ConfigureAwait(false);
            if (!whole.Body.IsEmpty)
            {
                replies.Add(whole.Body);
            }
        }

        return replies.Count == 0
            ? McpHttpAnswer.Accepted
            : new McpHttpAnswer(StatusCodes.Status200OK, JsonRpcWriter.Array(replies));
    }

    private async ValueTask FinishAsync(Answer answer, Exchange exchange)
    {
        HttpContext context = exchange.Context;
        if (exchange.Session is { } session)
        {
            // On every response: one client forgets its session when a response does not name it.
            context.Response.Headers[McpRequestHeaders.SessionName] = session.Id;
        }

        if (answer.Call is { IsLong: true } call && exchange.Headers.AcceptsEvents)
        {
            using RunningCall running = Register(answer.Id, exchange);
            await CallStream.RunAsync(context, call, running, timings).ConfigureAwait(false);
            return;
        }

        McpHttpAnswer whole = await CompleteAsync(answer, exchange).ConfigureAwait(false);
        await whole.WriteAsync(context).ConfigureAwait(false);
    }

    // The answer as one JSON body: there is no way for progress.
    private static async ValueTask<McpHttpAnswer> CompleteAsync(Answer answer, Exchange exchange)
    {
        if (answer.Call is not { } call)
        {
            return answer.Ready;
        }

        using RunningCall running = Register(answer.Id, exchange);
        try
        {
            McpReply reply = await call.RunAsync(NoProgress.Instance, running.Token).ConfigureAwait(false);
            return McpHttpAnswer.Of(reply, answer.Era);
        }
        catch (OperationCanceledException) when (!exchange.Context.RequestAborted.IsCancellationRequested)
        {
            // Cancelled by a notification; the connection waits, so something must be said.
            return McpHttpAnswer.Refused(new(McpErrorKind.Cancelled, "Request cancelled"), answer.Era, answer.Id);
        }
    }

    private static RunningCall Register(JsonElement id, Exchange exchange) =>
        exchange.Session?.Calls.Begin(id, exchange.Context.RequestAborted) ?? new RunningCall(null, "", exchange.Context.RequestAborted);

    private static McpError UnknownSession() =>
        new(McpErrorKind.UnknownSession, "Unknown session: send initialize without Mcp-Session-Id.");

    private static string CallerOf(HttpContext context) => context.Features.Get<CallerIdentity>()?.Name ?? "";

    /// <summary>What one HTTP request brings besides its messages, and the session that was found for it.</summary>
    private sealed record Exchange(HttpContext Context, McpRequestHeaders Headers, string Principal)
    {
        public McpSession? Session { get; set; }

        public CallContext Call(McpEra era, string version) => new(era, Principal, version) { RequestId = Context.TraceIdentifier };
    }

    /// <summary>An answer that is ready, or a call that gives one.</summary>
    private readonly record struct Answer(McpCall? Call, JsonElement Id, McpEra Era)
    {
        public McpHttpAnswer Ready { get; private init; }

        public static implicit operator Answer(McpHttpAnswer ready) => new() { Ready = ready };
    }
}
