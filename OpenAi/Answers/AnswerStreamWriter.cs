using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;
using MistralServe.Inference.Engine;
using MistralServe.Json;

namespace MistralServe.OpenAi.Answers;

/// <summary>
/// Answers a request for text with server-sent events. One loop reads the generation, writes the pipe and keeps the connection
/// alive in silence, because a pipe has one writer:
/// <list type="number">
/// <item>wait for the first event, so that a request that fails before it gets a status and no stream;</item>
/// <item>send the headers and what each choice begins with;</item>
/// <item>write all events that are ready, and flush them together;</item>
/// <item>wait for the next event; after <c>keepAliveInterval</c> without a byte, send a comment;</item>
/// <item>end: when every choice has its finish reason, usage and <c>[DONE]</c>; or an error event and no <c>[DONE]</c>.</item>
/// </list>
/// </summary>
internal sealed class AnswerStreamWriter : IDisposable
{
    /// <summary>
    /// Longest silence. Below the shortest idle limits of common proxies (30 to 60 s) and of Node's fetch (300 s), with room for
    /// one lost comment.
    /// </summary>
    public static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(10);

    private readonly HttpContext _context;
    private readonly ChannelReader<GenerationEvent> _source;
    private readonly int _promptTokens;
    private readonly TimeSpan _keepAliveInterval;
    private readonly ILogger _logger;
    private readonly SseWriter _events;
    private readonly AnswerChunkWriter _chunks;
    private readonly int _choices;
    private readonly UsageTotal _usage = new();
    private int _running;

    // Fires when the client goes away, or after the interval since the last flush.
    private CancellationTokenSource _silence;

    private AnswerStreamWriter(
        HttpContext context, Generation generation, int choices, Func<SseWriter, AnswerChunkWriter> createChunks, TimeSpan keepAliveInterval, ILogger logger)
    {
        _context = context;
        _source = generation.Events;
        _promptTokens = generation.PromptTokens;
        _keepAliveInterval = keepAliveInterval;
        _logger = logger;
        _events = new SseWriter(context.Response.BodyWriter);
        _chunks = createChunks(_events);
        _choices = choices;
        _running = choices;
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
    /// <param name="choices">How many choices it has.</param>
    /// <param name="createChunks">Makes the writer of the chunks.</param>
    /// <param name="keepAliveInterval">Longest silence before a comment is sent; also the longest wait for the first event before the headers.</param>
    /// <param name="logger">For clients that go away and failures after the start.</param>
    public static async Task WriteAsync(
        HttpContext context, Generation generation, int choices, Func<SseWriter, AnswerChunkWriter> createChunks, TimeSpan keepAliveInterval, ILogger logger)
    {
        using Generation owned = generation;
        using var writer = new AnswerStreamWriter(context, generation, choices, createChunks, keepAliveInterval, logger);
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

        // 2. Headers, which leave with the first flush even when nothing follows them yet.
        PrepareResponse();
        for (int choice = 0; choice < _choices; choice++)
        {
            _chunks.WriteStart(choice);
        }

        bool more = first is null || Write(first.Value);
        bool mustFlush = true;
        while (true)
        {
            // 3. Whatever is ready shares one flush.
            more = more && WriteReady();
            if ((mustFlush || _events.HasPending) && !await FlushAsync())
            {
                return false;
            }

            mustFlush = false;
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
                    more = End(choice: 0, AnswerEnd.Broken);
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
        _chunks.Note(item);
        switch (item.Kind)
        {
            case GenerationEventKind.Text:
                _chunks.WriteText(item.Choice, item.Text.Span);
                return true;
            case GenerationEventKind.Finished or GenerationEventKind.Failed:
                _usage.Add(item.Usage, item.Prompt);
                return End(item.Choice, AnswerEnd.From(item));
            case GenerationEventKind.PromptProgress:
                _chunks.WriteProgress(item, _promptTokens);
                return true;
            default:
                return true;
        }
    }

    // 5. End of a choice; false when it ends the answer.
    private bool End(int choice, AnswerEnd end)
    {
        if (!end.IsWhole)
        {
            OpenAiLog.FailedWhileStreaming(_logger, _context.TraceIdentifier, end.Error.Code);
            _chunks.WriteError(end.Error);
            return false;
        }

        _chunks.WriteFinish(choice, end.WireReason);
        if (--_running > 0)
        {
            return true;
        }

        _chunks.WriteUsage(_usage.Value);
        _events.WriteDone();
        return false;
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
