using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MistralServe.Json;

/// <summary>
/// Writes server-sent events: they collect in a buffer until <see cref="FlushAsync"/> hands them to the response in one
/// write, so that every chunk of the body holds whole events. Allocates nothing per event once the buffer has its size. One
/// loop owns it, because a pipe has one writer.
/// </summary>
/// <remarks>
/// Not written straight into the pipe: the server makes one HTTP chunk of each segment of its own, an event would be cut
/// where a segment ends, and clients that take a read for an event would lose it.
/// </remarks>
/// <param name="output">The response's body writer.</param>
internal sealed class SseWriter(PipeWriter output) : IDisposable
{
    private static readonly JsonWriterOptions Options = new()
    {
        // Text goes out as UTF-8 and not as \u escapes (except beyond the basic plane): half the bytes for most scripts. Safe
        // because no browser reads text/event-stream with nosniff as HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,

        // Events are built by code that tests read back.
        SkipValidation = true,
    };

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private Utf8JsonWriter? _json;

    /// <summary>True when something was written since the last flush.</summary>
    public bool HasPending => _buffer.WrittenCount > 0;

    /// <summary>Starts an event whose data is one JSON value; write that value, then call <see cref="EndJson"/>.</summary>
    public Utf8JsonWriter BeginJson()
    {
        _buffer.Write("data: "u8);
        return _json ??= new Utf8JsonWriter(_buffer, Options);
    }

    /// <summary>Ends the event begun by <see cref="BeginJson"/>.</summary>
    public void EndJson()
    {
        _json!.Flush();
        _json.Reset();
        _buffer.Write("\n\n"u8);
    }

    /// <summary>Writes <c>data: [DONE]</c>, the end mark of OpenAI's streams.</summary>
    public void WriteDone() => _buffer.Write("data: [DONE]\n\n"u8);

    /// <summary>Writes a comment line; parsers ignore it, proxies and clients see that the connection lives.</summary>
    public void WriteComment() => _buffer.Write(":\n\n"u8);

    /// <summary>Sends what is pending in one write, and the headers of the response in any case. Waits while the client reads slowly.</summary>
    /// <returns>False when the client is gone: write nothing more.</returns>
    public async ValueTask<bool> FlushAsync(CancellationToken aborted)
    {
        try
        {
            // An empty write would leave the headers where they are.
            FlushResult result = HasPending ? await output.WriteAsync(_buffer.WrittenMemory, aborted) : await output.FlushAsync(aborted);
            _buffer.ResetWrittenCount();
            return !result.IsCompleted && !result.IsCanceled && !aborted.IsCancellationRequested;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _json?.Dispose();
}
