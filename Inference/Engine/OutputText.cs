using System.Buffers;
using System.Text;

namespace MistralServe.Inference.Engine;

/// <summary>
/// Turns the bytes of tokens into text that may be sent: whole UTF-8 characters only, nothing that is or may become part of a
/// stop string. What may still become one is held back until it is decided. Invalid bytes become U+FFFD, an unfinished
/// character at the end is dropped. One per request; engine thread only.
/// </summary>
internal sealed class OutputText(IReadOnlyList<byte[]> stopStrings)
{
    private readonly ArrayBufferWriter<byte> _ready = new();
    private byte[] _held = new byte[64];
    private int _heldLength;

    /// <summary>True after a stop string was seen; later bytes are ignored.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Adds the bytes of one token.</summary>
    /// <returns>True when they complete a stop string: the text ends before it.</returns>
    public bool Append(ReadOnlySpan<byte> bytes)
    {
        if (Stopped || bytes.IsEmpty)
        {
            return Stopped;
        }

        Hold(bytes);
        int stop = FindFirstStop(bytes.Length);
        if (stop >= 0)
        {
            Release(stop, final: true);
            _heldLength = 0;
            Stopped = true;
            return true;
        }

        Release(_heldLength - LengthOfPossibleStop(), final: false);
        return false;
    }

    /// <summary>Releases all that was held back for a stop string that did not come.</summary>
    public void Flush()
    {
        if (!Stopped)
        {
            Release(_heldLength, final: true);
            _heldLength = 0;
        }
    }

    /// <summary>Takes the text that may be sent; empty when there is none. The memory belongs to the caller.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        if (_ready.WrittenCount == 0)
        {
            return default;
        }

        byte[] text = _ready.WrittenSpan.ToArray();
        _ready.ResetWrittenCount();
        return text;
    }

    /// <summary>Bytes that may be sent and were not taken yet.</summary>
    public int ReadyLength => _ready.WrittenCount;

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (_heldLength + bytes.Length > _held.Length)
        {
            Array.Resize(ref _held, Math.Max(_held.Length * 2, _heldLength + bytes.Length));
        }

        bytes.CopyTo(_held.AsSpan(_heldLength));
        _heldLength += bytes.Length;
    }

    // A match must end inside the new bytes: an earlier one would have been found before.
    private int FindFirstStop(int newBytes)
    {
        int first = -1;
        foreach (byte[] stop in stopStrings)
        {
            int from = Math.Max(0, _heldLength - newBytes - stop.Length + 1);
            int found = _held.AsSpan(from, _heldLength - from).IndexOf(stop);
            if (found >= 0 && (first < 0 || from + found < first))
            {
                first = from + found;
            }
        }

        return first;
    }

    // Length of the longest end of the held bytes that is the beginning of a stop string.
    private int LengthOfPossibleStop()
    {
        int longest = 0;
        ReadOnlySpan<byte> held = _held.AsSpan(0, _heldLength);
        foreach (byte[] stop in stopStrings)
        {
            for (int length = Math.Min(stop.Length - 1, held.Length); length > longest; length--)
            {
                if (held[^length..].SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                    break;
                }
            }
        }

        return longest;
    }

    // Moves whole characters of the first `length` held bytes to the ready text.
    private void Release(int length, bool final)
    {
        int done = 0;
        while (done < length)
        {
            OperationStatus status = Rune.DecodeFromUtf8(_held.AsSpan(done, length - done), out Rune rune, out int consumed);
            if (status == OperationStatus.NeedMoreData)
            {
                // Only the very end can be unfinished. If more bytes are held behind it (a possible stop), it is not a character.
                if (length == _heldLength || final)
                {
                    break;
                }
            }

            rune.EncodeToUtf8(_ready.GetSpan(4)[..rune.Utf8SequenceLength]);
            _ready.Advance(rune.Utf8SequenceLength);
            done += consumed;
        }

        _held.AsSpan(done, _heldLength - done).CopyTo(_held);
        _heldLength -= done;
    }
}
