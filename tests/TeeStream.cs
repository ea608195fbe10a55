namespace MistralServe.Tests;

/// <summary>Passes reads on and keeps what was read, for records of what came over the wire.</summary>
/// <param name="inner">What is read.</param>
/// <param name="onEnd">Gets what was read, once: at the end of the body or when the reader lets go, and whether it is whole.</param>
internal sealed class TeeStream(Stream inner, Action<byte[], bool> onEnd) : Stream
{
    private readonly MemoryStream _copy = new();
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await inner.ReadAsync(buffer, cancellationToken);
        return Keep(buffer.Span, count);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Keep(buffer.AsSpan(offset), inner.Read(buffer, offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            End(isWhole: false);
            inner.Dispose();
            _copy.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Keep(ReadOnlySpan<byte> buffer, int count)
    {
        if (count == 0)
        {
            End(isWhole: true);
        }
        else if (!_ended)
        {
            _copy.Write(buffer[..count]);
        }

        return count;
    }

    private void End(bool isWhole)
    {
        if (!_ended)
        {
            _ended = true;
            onEnd(_copy.ToArray(), isWhole);
        }
    }
}
