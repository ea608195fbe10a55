using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MistralServe.Json;

/// <summary>
/// Frames server-sent events in a buffer. Allocates nothing per event once the buffer has its size. One loop owns it.
/// </summary>
internal class SseFrames : IDisposable
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

    /// <summary>True when something was written since the last <see cref="Clear"/>.</summary>
    public bool HasPending => _buffer.WrittenCount > 0;

    /// <summary>What was written since the last <see cref="Clear"/>: whole events. Valid until the next write.</summary>
    public ReadOnlyMemory<byte> Pending => _buffer.WrittenMemory;

    /// <summary>Starts an event whose data is one JSON value; write that value, then call <see cref="EndJson"/>.</summary>
    public Utf8JsonWriter BeginJson()
    {
        _buffer.Write("data: "u8);
        return _json ??= new Utf8JsonWriter(_buffer, Options);
    }

    /// <summary>As <see cref="BeginJson()"/>, for an event with a name.</summary>
    /// <param name="name">The name: one line of ASCII.</param>
    public Utf8JsonWriter BeginJson(string name)
    {
        _buffer.Write("event: "u8);
        int written = Encoding.ASCII.GetBytes(name, _buffer.GetSpan(name.Length));
        _buffer.Advance(written);
        _buffer.Write("\n"u8);
        return BeginJson();
    }

    /// <summary>Ends the event begun by <see cref="BeginJson()"/>.</summary>
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

    /// <summary>Adds events that were framed before.</summary>
    public void Write(ReadOnlySpan<byte> framed) => _buffer.Write(framed);

    /// <summary>Forgets what is pending.</summary>
    public void Clear() => _buffer.ResetWrittenCount();

    /// <inheritdoc/>
    public void Dispose()
    {
        _json?.Dispose();
        GC.SuppressFinalize(this);
    }
}
