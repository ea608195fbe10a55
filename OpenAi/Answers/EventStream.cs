using System.Threading.Channels;
using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Answers;

/// <summary>
/// Answers a request for text with server-sent events. One loop reads the generation, writes the pipe and keeps the connection
/// alive in silence, because a pipe has one writer:
/// <list type="number">
/// <item>wait for the first event, so that a request that fails before it gets a status and no stream;</item>
/// <item>send the headers and what the answer begins with;</item>
/// <item>write all events that are ready, and flush them together;</item>
/// <item>wait for the next event; after <c>keepAliveInterval</c> without a byte, send something that clients ignore.</item>
/// </list>
/// </summary>
internal sealed class EventStream : IDisposable
{
    /// <summary>
    /// Longest silence. Below the shortest idle limits of common proxies (30 to 60 s) and of Node's fetch (300 s), with room for
    /// one lost comment.
    /// </summary>
    public static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(10);

    /// <summary>The longest silence that a validated request asks for.</summary>
    public static TimeSpan IntervalOf(GenerationFields fields) => fields.PingInterval is { } seconds ? TimeSpan.FromSeconds(seconds) : KeepAliveInterval;

    private readonly HttpContext _context;
    private readonly ChannelReader<GenerationEvent> _source;
    private readonly TimeSpan _keepAliveInterval;
    private readonly SseWriter _events;
    private readonly IStreamedAnswer _answer;

    // Fires when the client goes away, or after the interval since the last flush.
    private CancellationTokenSource _silence;

    private EventStream(HttpContext context, Generation generation, Func<SseWriter, IStreamedAnswer> createAnswer, TimeSpan keepAliveInterval)
    {
        _context = context;
        _source = generation.Events;
        _keepAliveInterval = keepAliveInterval;
        _events = new SseWriter(context.Response.BodyWriter);
        _answer = createAnswer(_events);
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
    /// <param name="createAnswer">Makes what is said.</param>
    /// <param name="keepAliveInterval">Longest silence; also the longest wait for the first event before the headers.</param>
    /// <param name="logger">For clients that go away.</param>
    public static async Task WriteAsync(
        HttpContext context, Generation generation, Func<SseWriter, IStreamedAnswer> createAnswer, TimeSpan keepAliveInterval, ILogger logger)
    {
        using Generation owned = generation;
        using var stream = new EventStream(context, generation, createAnswer, keepAliveInterval);
        if (!await stream.RunAsync())
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
        SseHeaders.Prepare(_context);
        _answer.WriteStart();
        bool more = first is null || _answer.Write(first.Value);
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
                    _answer.WriteSilence();
                    break;
                case Signal.Closed:
                    _answer.WriteBroken();
                    more = false;
                    break;
                case Signal.ClientGone:
                    return false;
            }
        }
    }

    // False after the last event.
    private bool WriteReady()
    {
        while (_source.TryRead(out GenerationEvent item))
        {
            if (!_answer.Write(item))
            {
                return false;
            }
        }

        return true;
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
