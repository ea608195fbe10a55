using System.Text;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// A parser that goes by steps over the text it has not used yet: a step uses text whose meaning is decided by what is there, or
/// asks for more. So the result doesn't depend on where the text is cut. Whole characters only reach the steps.
/// </summary>
internal abstract class IncrementalParser : IChatOutputParser
{
    // From here on a step that asked for more is repeated only when the text has grown by a quarter: some steps read all of it again.
    private const int RepeatAtOnceBytes = 4 * 1024;

    private byte[] _buffer = new byte[256];
    private int _start;
    private int _end;
    private int _tryAt;
    private int _used;

    /// <summary>
    /// Bytes of the pushed text whose meaning is settled. While content or reasoning is handed to a sink, the place where that begins; below 0 in
    /// what the template had written of it.
    /// </summary>
    public virtual int Used => _used;

    /// <summary>Text not used yet, whole characters.</summary>
    protected ReadOnlySpan<byte> Held
    {
        get
        {
            ReadOnlySpan<byte> held = _buffer.AsSpan(_start, _end - _start);
            return held[..^UnfinishedLength(held)];
        }
    }

    /// <inheritdoc/>
    public void Push(ReadOnlySpan<byte> text, IChatOutputSink sink)
    {
        Append(text);
        if (_end - _start < _tryAt)
        {
            return;
        }

        Run(sink, final: false);
        int held = _end - _start;
        _tryAt = held > RepeatAtOnceBytes ? held + (held / 4) : 0;
    }

    /// <inheritdoc/>
    public void Complete(IChatOutputSink sink)
    {
        Run(sink, final: true);
        Use(_end - _start);
        Finish(sink);
    }

    /// <summary>Puts text before an answer that has not begun: the template wrote the beginning of its first mark.</summary>
    protected void Prepend(ReadOnlySpan<byte> text)
    {
        Append(text);
        _used -= text.Length;
    }

    /// <summary>Marks held text as used.</summary>
    protected void Use(int length)
    {
        _start += length;
        _used += length;
    }

    /// <summary>
    /// One step.
    /// </summary>
    /// <param name="sink">Receives what was recognised.</param>
    /// <param name="final">Nothing follows the held text: what waits for more is decided now.</param>
    /// <returns>True when another step may go on; false to wait for more text. Each true must come with progress.</returns>
    protected abstract bool Step(IChatOutputSink sink, bool final);

    /// <summary>After the last step.</summary>
    protected virtual void Finish(IChatOutputSink sink)
    {
    }

    private void Run(IChatOutputSink sink, bool final)
    {
        while (Step(sink, final))
        {
        }
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        if (_end + text.Length > _buffer.Length)
        {
            int held = _end - _start;
            byte[] target = held + text.Length > _buffer.Length / 2 ? new byte[Math.Max(_buffer.Length * 2, held + text.Length)] : _buffer;
            _buffer.AsSpan(_start, held).CopyTo(target);
            _buffer = target;
            (_start, _end) = (0, held);
        }

        text.CopyTo(_buffer.AsSpan(_end));
        _end += text.Length;
    }

    private static int UnfinishedLength(ReadOnlySpan<byte> text)
    {
        for (int length = 1; length <= Math.Min(3, text.Length); length++)
        {
            if ((text[^length] & 0xC0) != 0x80)
            {
                return Rune.DecodeFromUtf8(text[^length..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData ? length : 0;
            }
        }

        return 0;
    }
}
