using System.IO.Pipelines;
using System.Text;

namespace MistralServe.Hosting;

/// <summary>
/// Output of one connection. Kestrel answers what it cannot read as a request (malformed line, headers too large, bad lengths) before any
/// middleware runs, with a status and no body, and has no hook for it but the connection: here such an answer gets the port's error body. All
/// else passes unchanged. One writer at a time, as for every pipe.
/// </summary>
/// <param name="inner">The connection's own output.</param>
/// <param name="write">Gives header lines, each with its line end and without Content-Length, and body for a status.</param>
internal sealed class RejectionWriter(PipeWriter inner, Func<int, (string Headers, byte[] Body)> write) : PipeWriter
{
    private const int StatusAt = 9;
    private const int StatusLength = 3;

    private Memory<byte> _current;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    /// <inheritdoc/>
    public override long UnflushedBytes => inner.UnflushedBytes;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => _current = inner.GetMemory(sizeHint);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        ReadOnlySpan<byte> written = _current.Span[..bytes];
        _current = _current[bytes..];
        if (!IsRejection(written))
        {
            inner.Advance(bytes);
            return;
        }

        int status = ((written[StatusAt] - '0') * 100) + ((written[StatusAt + 1] - '0') * 10) + written[StatusAt + 2] - '0';
        (string headers, byte[] body) = write(status);
        string head = Encoding.ASCII.GetString(written).Replace("Content-Length: 0\r\n", $"Content-Length: {body.Length}\r\n{headers}", StringComparison.Ordinal);
        byte[] answer = [.. Encoding.ASCII.GetBytes(head), .. body];
        answer.CopyTo(inner.GetMemory(answer.Length));
        inner.Advance(answer.Length);
        _current = default;
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(source, cancellationToken);

    /// <inheritdoc/>
    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    // Every answer of ours has a request id; text of a model never starts a write with a status line and raw line ends, because JSON has none.
    private static bool IsRejection(ReadOnlySpan<byte> written) =>
        written.Length > StatusAt + StatusLength && written.StartsWith("HTTP/1.1 "u8) && written[StatusAt] is (byte)'4' or (byte)'5'
        && written.EndsWith("\r\n\r\n"u8) && written.IndexOf("Content-Length: 0\r\n"u8) > 0 && written.IndexOf("x-request-id:"u8) < 0;
}
