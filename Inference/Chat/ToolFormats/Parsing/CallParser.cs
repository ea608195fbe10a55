using System.Text;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// Splits an answer behind its reasoning into content and calls. White space that touches a call is dropped; text that begins like
/// a call and is none stays content. One per answer; not thread-safe.
/// </summary>
internal sealed class CallParser : IncrementalParser
{
    private readonly CallSyntax _syntax;
    private readonly CallEmitter _calls;
    private readonly bool _isRequired;

    // Forms that a block may have, tried one after the other: at the start of the answer where they have no mark, else behind theirs.
    private readonly CallBlockReader[] _atStartForms;
    private readonly CallBlockReader[] _markedForms;
    private readonly byte[][] _startOpenings;
    private readonly byte[][] _openings;
    private readonly byte[][] _marks;
    private readonly byte[][] _dropped;
    private CallBlockReader[] _forms = [];
    private int _form;
    private bool _inBlock;
    private int _blockStart;
    private int _openingLength;
    private bool _afterCall;
    private bool _atStart = true;

    /// <summary>A parser at the start of an answer.</summary>
    public CallParser(CallSyntax syntax, ToolParseOptions options)
    {
        _syntax = syntax;
        _calls = new CallEmitter(options);
        _isRequired = options.Required;
        CallSyntax[] marked = syntax.OnlyAtStart ? [.. syntax.Marked] : [syntax];
        _atStartForms = syntax.OnlyAtStart ? [new CallBlockReader(syntax, _calls)] : [];
        _markedForms = [.. marked.Select(form => new CallBlockReader(form, _calls))];
        _dropped = [.. Dropped(syntax).Select(Encoding.UTF8.GetBytes)];
        _startOpenings = syntax.OnlyAtStart ? [.. Openings(syntax).DistinctBy(Convert.ToHexString)] : [];
        _openings = [.. marked.SelectMany(Openings).DistinctBy(Convert.ToHexString)];
        _marks = [.. _openings, .. _dropped];
        if (syntax.PromptOpening.Length > 0 && options.PromptEnd.EndsWith(syntax.PromptOpening, StringComparison.Ordinal))
        {
            Prepend(Encoding.UTF8.GetBytes(syntax.PromptOpening));
        }
    }

    /// <summary>Texts that a block of calls may begin with.</summary>
    public static IEnumerable<byte[]> Openings(CallSyntax syntax)
    {
        foreach (MarkTemplate template in syntax.SectionOpen.IsEmpty ? syntax.Headers : [syntax.SectionOpen, .. syntax.Headers])
        {
            if (template.Opening.Length > 0)
            {
                yield return template.Opening;
            }
            else if (syntax.SectionOpen.IsEmpty)
            {
                yield return [(byte)'{'];
            }
        }
    }

    private static IEnumerable<string> Dropped(CallSyntax syntax) =>
        syntax.Dropped.Concat([syntax.ContentMarks.Open, syntax.ContentMarks.Close, syntax.BehindReasoning]).Where(text => text.Length > 0);

    /// <inheritdoc/>
    protected override bool Step(IChatOutputSink sink, bool final) => _inBlock ? StepInBlock(sink, final) : StepInContent(sink, final);

    private bool StepInBlock(IChatOutputSink sink, bool final)
    {
        ReadResult result = _forms[_form].Read(Held[_blockStart..], final && !_isRequired, sink);
        if (result.Status == ReadStatus.Malformed && _form + 1 < _forms.Length)
        {
            _forms[++_form].Reset();
            return true;
        }

        if (result.Status == ReadStatus.Malformed)
        {
            _inBlock = false;
            _atStart = false;
            EmitContent(_blockStart + _openingLength, sink);
            return true;
        }

        if (result.Status == ReadStatus.NeedMore && result.Length == 0)
        {
            // At the end of an answer that had to be a call: what is there of it goes.
            return false;
        }

        Use(_blockStart + result.Length);
        _blockStart = 0;
        if (result.Status == ReadStatus.Done)
        {
            _inBlock = false;
            _afterCall = true;
        }

        return true;
    }

    private bool StepInContent(IChatOutputSink sink, bool final)
    {
        if (_afterCall)
        {
            Use(TextScan.LeadingSpace(Held));
        }

        ReadOnlySpan<byte> text = Held;
        if (text.IsEmpty)
        {
            return false;
        }

        if (_calls.TakesCalls && _syntax.OnlyAtStart && _atStart && BeginAtStart(text, final) is { } goOn)
        {
            return goOn;
        }

        bool seeksCalls = _calls.TakesCalls && _openings.Length > 0;
        byte[][] marks = seeksCalls ? _marks : _dropped;
        (int index, int mark) = TextScan.FindFirst(text, marks);
        if (index < 0)
        {
            int decided = final && !_isRequired ? text.Length : text.Length - TextScan.PossibleMark(text, marks);
            EmitContent(seeksCalls && !final ? decided - TextScan.TrailingSpace(text[..decided]) : decided, sink);
            return false;
        }

        // A longer mark may begin there, or another before it.
        int undecided = final ? text.Length : text.Length - TextScan.PossibleMark(text, marks);
        if (undecided <= index)
        {
            EmitContent(undecided - TextScan.TrailingSpace(text[..undecided]), sink);
            return false;
        }

        if (ReferenceEquals(marks, _marks) && mark < _openings.Length)
        {
            int space = TextScan.TrailingSpace(text[..index]);
            EmitContent(index - space, sink);
            BeginBlock(_markedForms, space, marks[mark].Length);
            return true;
        }

        EmitContent(index, sink);
        Use(marks[mark].Length);
        return true;
    }

    // Null: the text is no call.
    private bool? BeginAtStart(ReadOnlySpan<byte> text, bool final)
    {
        int space = TextScan.LeadingSpace(text);
        bool mayBegin = space <= TextScan.MaxDroppedSpace;
        foreach (byte[] opening in _startOpenings)
        {
            if (mayBegin && text[space..].StartsWith(opening))
            {
                BeginBlock(_atStartForms, space, opening.Length);
                return true;
            }
        }

        if (mayBegin && (!final || _isRequired) && TextScan.PossibleMark(text, _startOpenings) == text.Length - space)
        {
            return false;
        }

        _atStart = false;
        return null;
    }

    private void BeginBlock(CallBlockReader[] forms, int start, int openingLength)
    {
        (_forms, _form) = (forms, 0);
        _inBlock = true;
        _blockStart = start;
        _openingLength = openingLength;
        forms[0].Reset();
    }

    private void EmitContent(int length, IChatOutputSink sink)
    {
        if (length > 0)
        {
            _afterCall = false;
            sink.OnContent(Held[..length]);
            Use(length);
        }
    }
}
