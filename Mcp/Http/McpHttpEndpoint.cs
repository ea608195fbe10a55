using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Json;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Http;

/// <summary>
/// The endpoint <c>/mcp</c>. Host, Origin and keys have been checked by the middleware in front.
/// </summary>
/// <remarks>
/// One request: (1) method, (2) media type, (3) body and its size, (4) parsing, (5) array or single message, (6) shape,
/// (7) era, (8) modern: headers against body, or legacy: session, (9) dispatcher, (10) the answer is written.
/// Each guard answers with one precise error and ends the way.
/// </remarks>
/// <param name="dispatcher">Answers what passes the guards.</param>
internal sealed class McpHttpEndpoint(McpDispatcher dispatcher)
{
    // Origin: ours. A batch is served one by one and holds one place in the queue at a time; the bound keeps it short.
    private const int MaxBatchEntries = 32;

    /// <summary>Serves one HTTP request of any method.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            McpHttpAnswer answer = await AnswerAsync(context).ConfigureAwait(false);
            await answer.WriteAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone and its call was stopped: there is nobody to answer.
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The same, seen by the body's reader or the answer's writer.
        }
    }

    private async ValueTask<McpHttpAnswer> AnswerAsync(HttpContext context)
    {
        // 1
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            return McpHttpAnswer.Refused(new(McpErrorKind.WrongHttpMethod, "Method not allowed: send messages by POST."));
        }

        // 2
        if (!IsJson(context.Request.ContentType))
        {
            return McpHttpAnswer.Refused(new(McpErrorKind.UnsupportedMediaType, "Content-Type must be application/json."));
        }

        // 3
        var body = new ArrayBufferWriter<byte>();
        if (await ReadBodyAsync(context, body).ConfigureAwait(false) is { } unreadable)
        {
            return unreadable;
        }

        // 4
        using JsonDocument? document = JsonRpcReader.Parse(body.WrittenMemory);
        if (document is null)
        {
            return McpHttpAnswer.Refused(new(
                McpErrorKind.Parse, $"Parse error: the body must be one JSON value in UTF-8, at most {JsonText.MaxDepth} levels deep."));
        }

        // 5
        var exchange = new Exchange(
            new McpRequestHeaders(context.Request.Headers),
            context.Features.Get<CallerIdentity>()?.Name ?? "",
            context.RequestAborted);
        return document.RootElement.ValueKind == JsonValueKind.Array
            ? await BatchAsync(document.RootElement, exchange).ConfigureAwait(false)
            : await SingleAsync(JsonRpcMessage.Read(document.RootElement), exchange).ConfigureAwait(false);
    }

    private async ValueTask<McpHttpAnswer> SingleAsync(JsonRpcMessage message, Exchange exchange)
    {
        // 6
        if (message.Kind == JsonRpcMessageKind.Invalid)
        {
            return McpHttpAnswer.Refused(NotAMessage(), id: message.Id);
        }

        // 7
        return exchange.Headers.EraOf(message) == McpEra.Modern
            ? await ModernAsync(message, exchange).ConfigureAwait(false)
            : await LegacyAsync(message, exchange).ConfigureAwait(false);
    }

    private async ValueTask<McpHttpAnswer> ModernAsync(JsonRpcMessage message, Exchange exchange)
    {
        // 8
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
            : await DispatchAsync(message, McpEra.Modern, exchange).ConfigureAwait(false);
    }

    private async ValueTask<McpHttpAnswer> LegacyAsync(JsonRpcMessage message, Exchange exchange)
    {
        // 8
        if (exchange.Headers.HasSession)
        {
            return McpHttpAnswer.Refused(UnknownSession(), id: message.Id);
        }

        return message.Kind == JsonRpcMessageKind.Request
            ? await DispatchAsync(message, McpEra.Legacy, exchange).ConfigureAwait(false)
            : McpHttpAnswer.Accepted;
    }

    // 9
    private async ValueTask<McpHttpAnswer> DispatchAsync(JsonRpcMessage request, McpEra era, Exchange exchange)
    {
        McpReply reply = await dispatcher.DispatchAsync(request, era, exchange.Principal, exchange.Aborted).ConfigureAwait(false);
        return McpHttpAnswer.Of(reply, era);
    }

    private async ValueTask<McpHttpAnswer> BatchAsync(JsonElement batch, Exchange exchange)
    {
        if (exchange.Headers.EffectiveVersion is not { } version || !ProtocolVersions.AllowsBatches(version))
        {
            return McpHttpAnswer.Refused(new(McpErrorKind.InvalidRequest, "Invalid request: this protocol version has no batches."));
        }

        if (exchange.Headers.HasSession)
        {
            return McpHttpAnswer.Refused(UnknownSession());
        }

        int count = batch.GetArrayLength();
        if (count is 0 or > MaxBatchEntries)
        {
            return McpHttpAnswer.Refused(new(McpErrorKind.InvalidRequest, $"Invalid request: a batch has 1 to {MaxBatchEntries} entries."));
        }

        JsonRpcMessage[] messages = [.. batch.EnumerateArray().Select(JsonRpcMessage.Read)];
        if (messages.Any(message => message.Method == "initialize"))
        {
            return McpHttpAnswer.Refused(new(McpErrorKind.InvalidRequest, "Invalid request: initialize must not be part of a batch."));
        }

        // One by one, in order: a batch takes no more of the queue than a client that waits for each answer.
        List<ReadOnlyMemory<byte>> replies = [];
        foreach (JsonRpcMessage message in messages)
        {
            ReadOnlyMemory<byte> reply = message.Kind == JsonRpcMessageKind.Invalid
                ? JsonRpcWriter.Error(default, NotAMessage())
                : (await SingleAsync(message, exchange).ConfigureAwait(false)).Body;
            if (!reply.IsEmpty)
            {
                replies.Add(reply);
            }
        }

        return replies.Count == 0
            ? McpHttpAnswer.Accepted
            : new(StatusCodes.Status200OK, JsonRpcWriter.Array(replies));
    }

    private static McpError NotAMessage() => new(
        McpErrorKind.InvalidRequest,
        "Invalid request: expected a JSON-RPC 2.0 message with a method, an id that is a string or an integer, and params that are an object.");

    private static McpError UnknownSession() =>
        new(McpErrorKind.UnknownSession, "Unknown session: send initialize without Mcp-Session-Id.");

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? parsed)
        && string.Equals(parsed.MediaType, "application/json", StringComparison.OrdinalIgnoreCase);

    // The listener enforces the size and reports it, like other defects of a body, by an exception.
    private static async ValueTask<McpHttpAnswer?> ReadBodyAsync(HttpContext context, ArrayBufferWriter<byte> body)
    {
        try
        {
            int read;
            do
            {
                read = await context.Request.Body.ReadAsync(body.GetMemory(4096), context.RequestAborted).ConfigureAwait(false);
                body.Advance(read);
            }
            while (read > 0);

            return null;
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return McpHttpAnswer.Refused(new(McpErrorKind.BodyTooLarge, "The body is larger than this server accepts."));
        }
        catch (BadHttpRequestException exception)
        {
            return new(exception.StatusCode, JsonRpcWriter.Error(default, McpErrorCodes.InvalidRequest, "The body could not be read."));
        }
    }

    /// <summary>What one HTTP request brings besides its messages.</summary>
    private sealed record Exchange(McpRequestHeaders Headers, string Principal, CancellationToken Aborted);
}
