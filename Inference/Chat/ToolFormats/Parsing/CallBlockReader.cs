namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// Reads a block of calls by its <see cref="CallSyntax"/>. One per answer; reset for each block.
/// </summary>
internal sealed class CallBlockReader(CallSyntax syntax, CallEmitter calls)
{
    // What stands before the first byte of arguments is read as a whole, arguments too when they come before the name.
    private const int MaxHeadBytes = 1024 * 1024;

    private readonly CallBodyReader _body = CallBodyReader.Create(syntax, calls);
    private readonly MarkTemplate[] _headers = LongestFirst(syntax.Headers);
    private readonly MarkTemplate[] _closes = LongestFirst(syntax.Closes);
    private Stage _stage;
    private bool _inSection;

    private enum Stage
    {
        Open,
        Body,
        Close,
        Next,
    }

    /// <summary>Begins another block.</summary>
    public void Reset()
    {
        _stage = Stage.Open;
        _inSection = false;
    }

    /// <summary>
    /// Goes on by text.
    /// </summary>
    /// <param name="text">Text from the block's start, or behind what was used, to what is known so far.</param>
    /// <param name="final">Nothing follows.</param>
    /// <param name="sink">Receives calls.</param>
    /// <returns>
    /// NeedMore with the length used; a length above 0 means that another call may use more of the same text. Done when the block is
    /// over, by its end or because something else follows. Malformed, with nothing used, when no call begins here.
    /// </returns>
    public ReadResult Read(ReadOnlySpan<byte> text, bool final, IChatOutputSink sink) => _stage switch
    {
        Stage.Open => Open(text, final, sink),
        Stage.Body => Body(text, final, sink),
        Stage.Close => Close(text, final, sink),
        _ => Next(text, final, sink),
    };

    private ReadResult Open(ReadOnlySpan<byte> text, bool final, IChatOutputSink sink)
    {
        int start = 0;
        if (!syntax.SectionOpen.IsEmpty)
        {
            ReadResult section = syntax.SectionOpen.Match(text, new MarkValues());
            _inSection = section.Status == ReadStatus.Done;
            if (section.Status == ReadStatus.NeedMore)
            {
                return final ? ReadResult.Malformed : section;
            }

            if (!_inSection && syntax.Headers[0].IsEmpty)
            {
                return section;
            }

            start = section.Length;
        }

        return BeginCall(text, start, final, sink);
    }

    private ReadResult BeginCall(ReadOnlySpan<byte> text, int start, bool final, IChatOutputSink sink)
    {
        var values = new MarkValues();
        ReadResult header = MatchAny(_headers, text[start..], final, values);
        if (header.Status == ReadStatus.Done)
        {
            start += header.Length;
            header = _body.Begin(text[start..], values);
        }

        if (header.Status == ReadStatus.NeedMore && (final || text.Length > MaxHeadBytes))
        {
            return ReadResult.Malformed;
        }

        if (header.Status != ReadStatus.Done)
        {
            return header;
        }

        string? id = syntax.Id?.Write(values) ?? values.Id;
        if (values.Name is not { } name || !calls.TryBegin(name, id, sink))
        {
            return ReadResult.Malformed;
        }

        _body.Start(calls.Find(name)!, sink);
        _stage = Stage.Body;
        return new ReadResult(ReadStatus.NeedMore, start + header.Length);
    }

    private ReadResult Body(ReadOnlySpan<byte> text, bool final, IChatOutputSink sink)
    {
        ReadResult result = _body.Read(text, final, sink);
        switch (result.Status)
        {
            case ReadStatus.NeedMore:
                return final && result.Length == 0 ? ReadResult.Done(text.Length) : result;
            case ReadStatus.Malformed:
                return ReadResult.Done(result.Length);
            default:
                _stage = Stage.Close;
                return result.Length > 0 ? new ReadResult(ReadStatus.NeedMore, result.Length) : Close(text, final, sink);
        }
    }

    private ReadResult Close(ReadOnlySpan<byte> text, bool final, IChatOutputSink sink)
    {
        ReadResult close = MatchAny(_closes, text, final, new MarkValues());
        if (close.Status == ReadStatus.NeedMore)
        {
            return final ? ReadResult.Done(text.Length) : close;
        }

        if (close.Status == ReadStatus.Malformed)
        {
            return ReadResult.Done(0);
        }

        _body.End(sink);
        if (!_inSection)
        {
            return close;
        }

        _stage = Stage.Next;
        return close.Length > 0 ? new ReadResult(ReadStatus.NeedMore, close.Length) : Next(text, final, sink);
    }

    private ReadResult Next(ReadOnlySpan<byte> text, bool final, IChatOutputSink sink)
    {
        ReadResult close = syntax.SectionClose.Match(text, new MarkValues());
        if (close.Status == ReadStatus.NeedMore)
        {
            return final ? ReadResult.Done(text.Length) : close;
        }

        if (close.Status == ReadStatus.Done)
        {
            return close;
        }

        ReadResult separator = syntax.Separator.Match(text, new MarkValues());
        if (separator.Status == ReadStatus.Done)
        {
            separator = BeginCall(text, separator.Length, final, sink);
        }

        return separator.Status switch
        {
            ReadStatus.NeedMore when final && separator.Length == 0 => ReadResult.Done(text.Length),
            ReadStatus.Malformed => ReadResult.Done(0),
            _ => separator,
        };
    }

    // A shorter one may be the beginning of a longer one, or nothing at all.
    private static MarkTemplate[] LongestFirst(IReadOnlyList<MarkTemplate> templates) => [.. templates.OrderByDescending(template => template.Notation.Length)];

    // The first that matches; one that still may goes before later ones.
    private static ReadResult MatchAny(IReadOnlyList<MarkTemplate> templates, ReadOnlySpan<byte> text, bool final, MarkValues values)
    {
        bool needsMore = false;
        foreach (MarkTemplate template in templates)
        {
            ReadResult result = template.Match(text, values);
            if (result.Status == ReadStatus.Done || (result.Status == ReadStatus.NeedMore && !final))
            {
                return result;
            }

            needsMore |= result.Status == ReadStatus.NeedMore;
        }

        return needsMore ? ReadResult.NeedMore : ReadResult.Malformed;
    }
}
