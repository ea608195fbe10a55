using System.Buffers;
using System.Text;

namespace MistralServe.Inference.Engine;

/// <summary>
/// Turns the bytes of tokens into text that may be sent: whole UTF-8 characters only, nothing that is or may become part of a
/// stop string. What may still become one is held back until it is decided. Invalid bytes become U+FFFD, an unfinished
/// character at the end is dropped.
/// <para>
/// Reports of tokens go along with their text: then it is cut at ends of tokens only, so that each report leaves with all of its
/// token's text. A token that a stop string cuts in two counts as sent, one that lies in it does not.
/// </para>
/// <para>
/// Where a scope says where stop strings count, text waits until it is settled: so does the reader with what it makes of it.
/// </para>
/// One per choice; engine thread only.
/// </summary>
/// <param name="stopStrings">UTF-8, none empty.</param>
/// <param name="includeStop">Whether a stop string that was found belongs to the text.</param>
/// <param name="scope">Where stop strings count; null means everywhere.</param>
internal sealed class OutputText(IReadOnlyList<byte[]> stopStrings, bool includeStop = false, IStopScope? scope = null)
{
    private readonly ArrayBufferWriter<byte> _ready = new();
    private byte[] _held = new byte[64];
    private int _heldLength;

    // The part of the held bytes in which stop strings are looked for. What is before it is free, what is behind it is not settled.
    private int _openStart;
    private int _openEnd;

    // Reports of the tokens whose bytes are held, with the place in the held bytes where the token ends.
    private readonly List<(int End, TokenReport Report)> _heldReports = [];
    private List<TokenReport>? _readyReports;

    /// <summary>True after a stop string was seen; later bytes are ignored.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Which stop string was seen; null when none was.</summary>
    public int? StopIndex { get; private set; }

    /// <summary>Adds one token.</summary>
    /// <param name="bytes">Its bytes; empty when it stands for no text.</param>
    /// <param name="report">What is to be told of it; null when that was not asked for. All tokens have one, or none.</param>
    /// <returns>True when the bytes complete a stop string: the text ends before it, or behind it if it belongs to the text.</returns>
    public bool Append(ReadOnlySpan<byte> bytes, TokenReport? report = null)
    {
        if (Stopped)
        {
            return true;
        }

        Hold(bytes);
        if (report is not null)
        {
            _heldReports.Add((_heldLength, report));
        }

        scope?.Append(bytes);
        if (scope is null ? GoOn(bytes.Length, isOpen: true) : GoOnByScope())
        {
            return true;
        }

        int free = _openEnd - LengthOfPossibleStop();
        Release(_heldReports.Count == 0 ? free : FindTokenEnd(free), final: false);
        return false;
    }

    /// <summary>
    /// Releases all that was held back for a stop string that did not come. One may still be found in text that is settled only by its end.
    /// </summary>
    public void Flush()
    {
        if (Stopped)
        {
            return;
        }

        scope?.Complete();
        if (scope is null || !GoOnByScope())
        {
            ReleaseReports(_heldReports.Count);
            Release(_heldLength, final: true);
            _heldLength = 0;
        }
    }

    /// <summary>Takes the reports of the tokens whose text was released; null when there are none. The list belongs to the caller.</summary>
    public IReadOnlyList<TokenReport>? TakeReports()
    {
        List<TokenReport>? reports = _readyReports;
        _readyReports = null;
        return reports;
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

    private bool GoOnByScope()
    {
        while (scope!.TryTake(out int length, out bool isOpen))
        {
            if (GoOn(length, isOpen))
            {
                return true;
            }
        }

        return false;
    }

    // Takes another stretch of the held bytes. True when it completes a stop string, by which the text has ended then.
    private bool GoOn(int newBytes, bool isOpen)
    {
        _openEnd += newBytes;
        if (!isOpen)
        {
            _openStart = _openEnd;
            return false;
        }

        (int stop, int length) = FindFirstStop(newBytes);
        if (stop < 0)
        {
            return false;
        }

        int end = includeStop ? stop + length : stop;
        ReleaseReports(CountTokensBefore(end));
        _heldReports.Clear();
        Release(end, final: true);
        _heldLength = 0;
        Stopped = true;
        return true;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (_heldLength + bytes.Length > _held.Length)
        {
            Array.Resize(ref _held, Math.Max(_held.Length * 2, _heldLength + bytes.Length));
        }

        bytes.CopyTo(_held.AsSpan(_heldLength));
        _heldLength += bytes.Length;
    }

    // A match must end inside the new bytes, the last open ones: an earlier one would have been found before.
    private (int Start, int Length) FindFirstStop(int newBytes)
    {
        (int first, int length) = (-1, 0);
        for (int index = 0; index < stopStrings.Count; index++)
        {
            byte[] stop = stopStrings[index];
            int from = Math.Max(_openStart, _openEnd - newBytes - stop.Length + 1);
            int found = _held.AsSpan(from, _openEnd - from).IndexOf(stop);
            if (found >= 0 && (first < 0 || from + found < first))
            {
                (first, length) = (from + found, stop.Length);
                StopIndex = index;
            }
        }

        return (first, length);
    }

    // Length of the longest end of the open bytes that is the beginning of a stop string.
    private int LengthOfPossibleStop()
    {
        int longest = 0;
        ReadOnlySpan<byte> open = _held.AsSpan(_openStart, _openEnd - _openStart);
        foreach (byte[] stop in stopStrings)
        {
            for (int length = Math.Min(stop.Length - 1, open.Length); length > longest; length--)
            {
                if (open[^length..].SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                    break;
                }
            }
        }

        return longest;
    }

    // The last end of a token, at most at a position, behind which no character goes on; 0 when there is none.
    private int FindTokenEnd(int most)
    {
        int end = 0;
        int done = 0;
        foreach ((int tokenEnd, _) in _heldReports)
        {
            if (tokenEnd > most)
            {
                break;
            }

            while (done < tokenEnd && Rune.DecodeFromUtf8(_held.AsSpan(done, _heldLength - done), out _, out int consumed) != OperationStatus.NeedMoreData)
            {
                done += consumed;
            }

            end = done == tokenEnd ? tokenEnd : end;
        }

        return end;
    }

    // Held tokens of which at least one byte is before a position.
    private int CountTokensBefore(int position)
    {
        int count = 0;
        int start = 0;
        while (count < _heldReports.Count && start < position)
        {
            start = _heldReports[count++].End;
        }

        return count;
    }

    // Moves the first held reports to the ready ones.
    private void ReleaseReports(int count)
    {
        for (int i = 0; i < count; i++)
        {
            (_readyReports ??= []).Add(_heldReports[i].Report);
        }

        _heldReports.RemoveRange(0, count);
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
        _openStart = Math.Max(0, _openStart - done);
        _openEnd -= done;
        MoveReports(done);
    }

    // The first bytes are no longer held: reports of tokens that ended there leave with them.
    private void MoveReports(int bytes)
    {
        int released = 0;
        while (released < _heldReports.Count && _heldReports[released].End <= bytes)
        {
            released++;
        }

        ReleaseReports(released);
        for (int i = 0; i < _heldReports.Count; i++)
        {
            _heldReports[i] = (_heldReports[i].End - bytes, _heldReports[i].Report);
        }
    }
}
