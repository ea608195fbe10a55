using System.Text;
using MistralServe.Inference.Chat.ToolFormats.Parsing;

namespace MistralServe.Inference.Chat.Reasoning;

/// <summary>
/// Takes the block of reasoning off the start of an answer and hands the rest to another parser. White space around the block and
/// at its ends is dropped. A block that is not closed is reasoning to the end. One per answer; not thread-safe.
/// </summary>
/// <param name="format">The marks.</param>
/// <param name="isOpen">Whether the answer begins inside the block.</param>
/// <param name="rest">Gets everything behind the block, or all when there is none.</param>
internal sealed class ReasoningSplitter(ReasoningFormat format, bool isOpen, IncrementalParser rest) : IncrementalParser
{
    private readonly byte[] _open = Encoding.UTF8.GetBytes(format.Open);
    private readonly byte[][] _ends = [Encoding.UTF8.GetBytes(format.Close), .. format.Interrupts.Select(Encoding.UTF8.GetBytes)];
    private Stage _stage;
    private int? _restStart;

    private enum Stage
    {
        Start,
        Begin,
        Inside,
        Behind,
        Rest,
    }

    /// <inheritdoc/>
    public override int Used => _restStart is { } start ? start + rest.Used : base.Used;

    /// <inheritdoc/>
    protected override bool Step(IChatOutputSink sink, bool final) => _stage switch
    {
        Stage.Start => Start(final),
        Stage.Begin => SkipSpace(Stage.Inside),
        Stage.Inside => Inside(sink, final),
        Stage.Behind => SkipSpace(Stage.Rest),
        _ => PassOn(sink),
    };

    /// <inheritdoc/>
    protected override void Finish(IChatOutputSink sink) => rest.Complete(sink);

    private bool Start(bool final)
    {
        ReadOnlySpan<byte> text = Held;
        int space = TextScan.LeadingSpace(text);
        ReadOnlySpan<byte> visible = text[space..];
        bool mayBeMark = space <= TextScan.MaxDroppedSpace;

        // Models repeat the mark that the prompt ended with.
        if (mayBeMark && visible.StartsWith(_open))
        {
            Use(space + _open.Length);
            _stage = Stage.Begin;
            return true;
        }

        // Or they close at once what was not opened.
        if (mayBeMark && !isOpen && visible.StartsWith(_ends[0]))
        {
            Use(space + _ends[0].Length);
            _stage = Stage.Behind;
            return true;
        }

        if (mayBeMark && !final && (_open.AsSpan().StartsWith(visible) || (!isOpen && _ends[0].AsSpan().StartsWith(visible))))
        {
            return false;
        }

        _stage = isOpen ? Stage.Begin : Stage.Rest;
        return true;
    }

    private bool SkipSpace(Stage next)
    {
        Use(TextScan.LeadingSpace(Held));
        if (Held.IsEmpty)
        {
            return false;
        }

        _stage = next;
        return true;
    }

    private bool Inside(IChatOutputSink sink, bool final)
    {
        ReadOnlySpan<byte> text = Held;
        (int index, int mark) = TextScan.FindFirst(text, _ends);
        if (index < 0)
        {
            int decided = final ? text.Length : text.Length - TextScan.PossibleMark(text, _ends);
            Emit(decided - TextScan.TrailingSpace(text[..decided]), sink);
            return false;
        }

        Emit(index - TextScan.TrailingSpace(text[..index]), sink);
        Use(TextScan.LeadingSpace(Held) + (mark == 0 ? _ends[0].Length : 0));
        _stage = mark == 0 ? Stage.Behind : Stage.Rest;
        return true;
    }

    private bool PassOn(IChatOutputSink sink)
    {
        _restStart ??= base.Used;
        rest.Push(Held, sink);
        Use(Held.Length);
        return false;
    }

    private void Emit(int length, IChatOutputSink sink)
    {
        if (length > 0)
        {
            sink.OnReasoning(Held[..length]);
            Use(length);
        }
    }
}
