using System.Buffers.Binary;

namespace MistralServe.Inference.Gguf;

/// <summary>
/// Reads little-endian values from a seekable stream and never past the length that the stream had at the start. Every read
/// says whether the bytes were there; nothing is allocated for a size that has not been proven. Skipping costs no reading.
/// Owned by one thread.
/// </summary>
internal sealed class BoundedReader(Stream stream)
{
    /// <summary>Ours: a header of 6 MB (a vocabulary of 152,000) takes a hundred reads, and the buffer stays off the large-object heap.</summary>
    private const int BufferBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _bufferStart;
    private int _bufferLength;
    private int _next;

    /// <summary>Bytes that may be read in all. Shrinks when the stream turns out to be shorter than it said.</summary>
    public long Length { get; private set; } = stream.Length;

    /// <summary>Byte that is read next.</summary>
    public long Position => _bufferStart + _next;

    /// <summary>Bytes from here to the end.</summary>
    public long Remaining => Length - Position;

    /// <summary>Reads one byte; false when the file ends first.</summary>
    public bool TryReadByte(out byte value)
    {
        bool there = TryTake(sizeof(byte), out ReadOnlySpan<byte> bytes);
        value = there ? bytes[0] : (byte)0;
        return there;
    }

    /// <summary>Reads two bytes; false when the file ends first.</summary>
    public bool TryReadUInt16(out ushort value)
    {
        bool there = TryTake(sizeof(ushort), out ReadOnlySpan<byte> bytes);
        value = there ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;
        return there;
    }

    /// <summary>Reads four bytes; false when the file ends first.</summary>
    public bool TryReadUInt32(out uint value)
    {
        bool there = TryTake(sizeof(uint), out ReadOnlySpan<byte> bytes);
        value = there ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
        return there;
    }

    /// <summary>Reads eight bytes; false when the file ends first.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        bool there = TryTake(sizeof(ulong), out ReadOnlySpan<byte> bytes);
        value = there ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return there;
    }

    /// <summary>Reads bytes (zero or more) into an array of their own; false, and nothing allocated, when fewer remain.</summary>
    public bool TryReadBytes(int count, out byte[] bytes)
    {
        bytes = [];
        if (count > Remaining)
        {
            return false;
        }

        byte[] result = new byte[count];
        for (int done = 0; done < count;)
        {
            int wanted = Math.Min(count - done, BufferBytes);
            if (!TryTake(wanted, out ReadOnlySpan<byte> part))
            {
                return false;
            }

            part.CopyTo(result.AsSpan(done));
            done += wanted;
        }

        bytes = result;
        return true;
    }

    /// <summary>Goes forward without reading; false, and the position unchanged, when fewer bytes remain.</summary>
    public bool TrySkip(ulong count)
    {
        if (count > (ulong)Remaining)
        {
            return false;
        }

        if (count <= (ulong)(_bufferLength - _next))
        {
            _next += (int)count;
        }
        else
        {
            _bufferStart = Position + (long)count;
            _bufferLength = _next = 0;
        }

        return true;
    }

    private bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        if (count > _bufferLength - _next && !TryFill(count))
        {
            bytes = default;
            return false;
        }

        bytes = _buffer.AsSpan(_next, count);
        _next += count;
        return true;
    }

    private bool TryFill(int count)
    {
        long position = Position;
        if (count > Length - position)
        {
            return false;
        }

        stream.Position = position;
        int wanted = (int)Math.Min(BufferBytes, Length - position);
        _bufferLength = stream.ReadAtLeast(_buffer.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
        _bufferStart = position;
        _next = 0;
        if (_bufferLength < wanted)
        {
            // Somebody cut the file while it is read: from now on this is its end.
            Length = position + _bufferLength;
        }

        return count <= _bufferLength;
    }
}
