using System.Buffers;
using System.Text;
using MistralServe.Inference.Chat.ToolFormats.Parsing;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>
/// Lets stop strings count in the content and the reasoning of an answer, as a parser of its own tells them apart: not in calls, nor in marks or
/// the white space around them. One per choice; engine thread only.
/// </summary>
/// <param name="parser">At the start of an answer, the same that the answer is told apart by for the client.</param>
internal sealed class TextScope(IncrementalParser parser) : IStopScope, IChatOutputSink
{
    // What an invalid byte becomes for the parser, which knows UTF-8 only; places must not move.
    private const byte Replacement = (byte)'?';

    private readonly Queue<(int Length, bool IsOpen)> _stretches = new();
    private byte[] _text = new byte[64];
    private int _unfinished;
    private int _length;
    private int _settled;

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> text)
    {
        _length += text.Length;
        int end = _unfinished + text.Length;
        if (end > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, end));
        }

        text.CopyTo(_text.AsSpan(_unfinished));
        int valid = ReplaceInvalid(_text.AsSpan(0, end));
        parser.Push(_text.AsSpan(0, valid), this);
        _unfinished = end - valid;
        _text.AsSpan(valid, _unfinished).CopyTo(_text);
        Settle(parser.Used, isOpen: false);
    }

    /// <inheritdoc/>
    public void Complete()
    {
        parser.Complete(this);
        Settle(_length, isOpen: false);
    }

    /// <inheritdoc/>
    public bool TryTake(out int length, out bool isOpen)
    {
        bool isThere = _stretches.TryDequeue(out (int Length, bool IsOpen) stretch);
        (length, isOpen) = stretch;
        return isThere;
    }

    /// <inheritdoc/>
    public void OnContent(ReadOnlySpan<byte> text) => Open(text.Length);

    /// <inheritdoc/>
    public void OnReasoning(ReadOnlySpan<byte> text) => Open(text.Length);

    /// <inheritdoc/>
    public void OnToolCall(int index, string id, string name)
    {
    }

    /// <inheritdoc/>
    public void OnToolArguments(int index, ReadOnlySpan<byte> json)
    {
    }

    private void Open(int length)
    {
        int start = parser.Used;
        Settle(start, isOpen: false);
        Settle(start + length, isOpen: true);
    }

    private void Settle(int end, bool isOpen)
    {
        if (end > _settled)
        {
            _stretches.Enqueue((end - _settled, isOpen));
            _settled = end;
        }
    }

    // Gives the length without a character that is not finished yet.
    private static int ReplaceInvalid(Span<byte> text)
    {
        int done = 0;
        while (done < text.Length)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text[done..], out _, out int consumed);
            if (status == OperationStatus.NeedMoreData)
            {
                return done;
            }

            if (status != OperationStatus.Done)
            {
                text.Slice(done, consumed).Fill(Replacement);
            }

            done += consumed;
        }

        return done;
    }
}
