using System.Buffers;
using System.Text;
using System.Text.Json;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Calls;

/// <summary>
/// Turns the progress of one call into <c>notifications/progress</c>. <c>progress</c> rises in three stretches: below 0.1 while the
/// call waits, from 0.1 to 1 while the prompt is computed, then the number of tokens. <c>message</c> is the text since the last
/// notification: the first at once, then all that has come in <see cref="StreamTimings.Coalesce"/>.
/// </summary>
/// <remarks>
/// The tool only leaves word here; one loop (<see cref="RunAsync"/>) sends. A client that reads slowly therefore gets fewer and
/// longer notifications and never slows the tool down; what is pending is never longer than the answer. Text that is pending when
/// the call ends is not sent: the result follows at once, and some clients lose a notification that arrives in one read with it.
/// </remarks>
/// <param name="token">The client's progress token, echoed as it came.</param>
/// <param name="outbox">Where notifications go.</param>
/// <param name="timings">How often.</param>
internal sealed class ProgressNotifier(JsonElement token, MessageOutbox outbox, StreamTimings timings) : IToolProgress, IDisposable
{
    // Where the stretch of the prompt begins.
    private const double PromptStart = 0.1;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly ArrayBufferWriter<byte> _text = new();
    private double _reached;
    private double _sent;
    private bool _isWaiting = true;

    /// <inheritdoc/>
    public void SetPrompt(int computed, int total)
    {
        lock (_lock)
        {
            _isWaiting = false;

            // Below 1, where the count of tokens goes on.
            double progress = PromptStart + ((1 - PromptStart) * Math.Min(computed, total - 0.5) / total);
            _reached = Math.Max(_reached, progress);
        }

        Wake();
    }

    /// <inheritdoc/>
    public void SendDelta(int tokens, ReadOnlySpan<byte> text)
    {
        lock (_lock)
        {
            _isWaiting = false;
            _reached = Math.Max(_reached, tokens);
            _text.Write(text);
            if (_text.WrittenCount == 0)
            {
                // The counter alone is told as a sign of life, not as news.
                return;
            }
        }

        Wake();
    }

    /// <inheritdoc/>
    public ValueTask ReportAsync(double progress, double? total, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _isWaiting = false;
            _reached = _sent = progress;
        }

        return outbox.WriteAsync(JsonRpcWriter.Progress(token, progress, total, null), cancellationToken);
    }

    /// <summary>Sends until it is told to stop. Run it beside the call, once.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                bool isNews = await _news.WaitAsync(timings.SignOfLife, stop).ConfigureAwait(false);
                if (TakeNotification(isSignOfLife: !isNews) is { } notification)
                {
                    await outbox.WriteAsync(notification, stop).ConfigureAwait(false);
                    await Task.Delay(timings.Coalesce, stop).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The call is over.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _news.Dispose();

    private void Wake()
    {
        // Two tellings at once may both release; the loop then looks once in vain.
        if (_news.CurrentCount == 0)
        {
            _news.Release();
        }
    }

    // Null when nothing has moved: progress must rise from one notification to the next.
    private ReadOnlyMemory<byte>? TakeNotification(bool isSignOfLife)
    {
        lock (_lock)
        {
            if (_isWaiting && isSignOfLife)
            {
                // A tenth of what is left: it rises for ever and never arrives.
                _reached = _sent + ((PromptStart - _sent) / 10);
            }

            if (_reached <= _sent)
            {
                return null;
            }

            _sent = _reached;
            string? message = _text.WrittenCount > 0 ? Encoding.UTF8.GetString(_text.WrittenSpan) : null;
            _text.ResetWrittenCount();
            return JsonRpcWriter.Progress(token, _sent, null, message);
        }
    }
}
