using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;
using MistralServe.Inference.Engine;
using MistralServe.Json;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// Answers a chat request with server-sent events. One loop reads the generation, writes the pipe and keeps the connection
/// alive in silence, because a pipe has one writer:
/// <list type="number">
/// <item>wait for the first event, so that a request that fails before it gets a status and no stream;</item>
/// <item>send the headers and the chunk with the role;</item>
/// <item>write all events that are ready, and flush them together;</item>
/// <item>wait for the next event; after <c>keepAliveInterval</c> without a byte, send a comment;</item>
/// <item>end: finish reason, usage, <c>[DONE]</c>; or an error event and no <c>[DONE]</c>.</item>
/// </list>
/// </summary>
internal sealed class ChatStreamWriter : IDisposable
{
    private readonly HttpContext _context;
    private readonly ChannelReader<GenerationEvent> _source;
    private readonly TimeSpan _keepAliveInterval;
    private readonly ILogger _logger;
    private readonly SseWriter _events;
    private readonly ChatChunkWriter _chunks;

    // Fires when the client goes away, or after the interval since the last flush.
    private CancellationTokenSource _silence;

    private ChatStreamWriter(
        HttpContext context, Generation generation, AnswerIdentity identity, bool includeUsage, TimeSpan keepAliveInterval, ILogger logger)
    {
        _context = context;
        _source = generation.Events;
        _keepAliveInterval = keepAliveInterval;
        _logger = logger;
        _events = new SseWriter(context.Response.BodyWriter);
        _chunks = new ChatChunkWriter(_events, identity, includeUsage);
        _silence = StartSilence();
    }

    private enum Signal
    {
        Ready,
        Silence,
        Closed,
        ClientGone,
    }

    /// <summary>Streams the generation and disposes it on every way out, above all when the client is gone. Request thread.</summary>
    /// <param name="context">The request; its response must not have started.</param>
    /// <param name="generation">What to stream.</param>
    /// <param name="identity">What all chunks have in common.</param>
    /// <param name="includeUsage">Whether the client asked for the token counts.</param>
    /// <param name="keepAliveInterval">Longest silence before a comment is sent; also the longest wait for the first event before the headers.</param>
    /// <param name="logger">For clients that go away and failures after the start.</param>
    public static async Task WriteAsync(
        HttpContext context, Generation generation, AnswerIdentity identity, bool includeUsage, TimeSpan keepAliveInterval, ILogger logger)
    {
        using Generation owned = generation;
        using var writer = new ChatStreamWriter(context, generation, identity, includeUsage, keepAliveInterval, logger);
        if (!await writer.RunAsync())
        {
            OpenAiLog.ClientGone(logger, context.TraceIdentifier);
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ErrorObjectMiddleware.ClientGoneStatus;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _silence.Dispose();
        _events.Dispose();
    }

    // False when the client went away.
    private async Task<bool> RunAsync()
    {
        // 1. First event.
        Signal signal = await WaitAsync();
        GenerationEvent? first = signal == Signal.Ready && _source.TryRead(out GenerationEvent item) ? item : null;
        if (signal == Signal.Closed || first is { Kind: GenerationEventKind.Failed })
        {
            await ErrorWriter.WriteAsync(_context, AnswerEnd.From(first ?? default).Error!);
            return true;
        }

        if (signal == Signal.ClientGone)
        {
            return false;
        }

        // 2. Headers and role.
        PrepareResponse();
        _chunks.WriteRole();
        bool more = first is null || Write(first.Value);
        while (true)
        {
            // 3. Whatever is ready shares one flush.
            more = more && WriteReady();
            if (_events.HasPending && !await FlushAsync())
            {
                return false;
            }

            if (!more)
            {
                return true;
            }

            // 4. Next event.
            switch (await WaitAsync())
            {
                case Signal.Silence:
                    _events.WriteComment();
                    break;
                case Signal.Closed:
                    End(AnswerEnd.Broken, default);
                    more = false;
                    break;
                case Signal.ClientGone:
                    return false;
            }
        }
    }

    private void PrepareResponse()
    {
        HttpResponse response = _context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no"; // else nginx collects events
        _context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    // False after the last event.
    private bool WriteReady()
    {
        while (_source.TryRead(out GenerationEvent item))
        {
            if (!Write(item))
            {
                return false;
            }
        }

        return true;
    }

    private bool Write(in GenerationEvent item)
    {
        switch (item.Kind)
        {
            case GenerationEventKind.Text:
                _chunks.WriteText(item.Text.Span);
                return true;
            case GenerationEventKind.Finished or GenerationEventKind.Failed:
                End(AnswerEnd.From(item), item.Usage);
                return false;
            default:
                return true;
        }
    }

    // 5. End.
    private void End(AnswerEnd end, TokenUsage usage)
    {
        if (!end.IsWhole)
        {
            OpenAiLog.FailedWhileStreaming(_logger, _context.TraceIdentifier, end.Error.Code);
            _chunks.WriteError(end.Error);
            return;
        }

        _chunks.WriteFinish(end.WireReason);
        _chunks.WriteUsage(usage);
        _events.WriteDone();
    }

    private async ValueTask<bool> FlushAsync()
    {
        if (!await _events.FlushAsync(_context.RequestAborted))
        {
            return false;
        }

        // Silence counts from the last byte and not from the last event: progress of a long prompt writes nothing.
        if (_silence.IsCancellationRequested)
        {
            _silence.Dispose();
            _silence = StartSilence();
        }
        else
        {
            _silence.CancelAfter(_keepAliveInterval);
        }

        return true;
    }

    private async ValueTask<Signal> WaitAsync()
    {
        try
        {
            return await _source.WaitToReadAsync(_silence.Token) ? Signal.Ready : Signal.Closed;
        }
        catch (OperationCanceledException)
        {
            return _context.RequestAborted.IsCancellationRequested ? Signal.ClientGone : Signal.Silence;
        }
    }

    private CancellationTokenSource StartSilence()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(_context.RequestAborted);
        source.CancelAfter(_keepAliveInterval);
        return source;
    }
}
