using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MistralServe.Json;

/// <summary>
/// Writes server-sent events into a response's pipe: events collect in the pipe's buffer until <see cref="FlushAsync"/>, so
/// a flush always carries whole events. Allocates nothing per event. One loop owns it: the pipe is not thread-safe.
/// </summary>
/// <param name="output">The response's body writer.</param>
internal sealed class SseWriter(PipeWriter output) : IDisposable
{
    // Text goes out as UTF-8 and not as \u escapes: half the bytes for most scripts. The relaxed encoder is meant for answers
    // that no browser reads as HTML; these are text/event-stream with nosniff. Validation is off because events are built by code.
    private readonly Utf8JsonWriter _json = new(
        output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>True when something was written since the last flush.</summary>
    public bool HasPending { get; private set; }

    /// <summary>Starts an event whose data is one JSON value; write that value, then call <see cref="EndJson"/>.</summary>
    public Utf8JsonWriter BeginJson()
    {
        output.Write("data: "u8);
        HasPending = true;
        return _json;
    }

    /// <summary>Ends the event begun by <see cref="BeginJson"/>.</summary>
    public void EndJson()
    {
        _json.Flush();
        _json.Reset();
        output.Write("\n\n"u8);
    }

    /// <summary>Writes <c>data: [DONE]</c>, the end mark of OpenAI's streams.</summary>
    public void WriteDone() => Write("data: [DONE]\n\n"u8);

    /// <summary>Writes a comment line; parsers ignore it, proxies and clients see that the connection lives.</summary>
    public void WriteComment() => Write(":\n\n"u8);

    /// <summary>Sends what is pending. Waits while the client reads slowly.</summary>
    /// <returns>False when the client is gone: write nothing more.</returns>
    public async ValueTask<bool> FlushAsync(CancellationToken aborted)
    {
        HasPending = false;
        try
        {
            FlushResult result = await output.FlushAsync(aborted);
            return !result.IsCompleted && !result.IsCanceled && !aborted.IsCancellationRequested;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Reset(); // else disposing would write what an interrupted event left behind
        _json.Dispose();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        HasPending = true;
    }
}
