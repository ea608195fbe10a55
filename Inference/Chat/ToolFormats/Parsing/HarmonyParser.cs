using System.Text;
using MistralServe.Inference.Chat.ToolFormats.Formats;

namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// Splits an answer in harmony, the format of gpt-oss: messages, each with a header that names its channel and, for a call, the
/// tool. The channel <c>analysis</c> is reasoning, a message to <c>functions.f</c> a call, all else content. Text that is no
/// message is content. One per answer; not thread-safe.
/// </summary>
internal sealed class HarmonyParser : IncrementalParser
{
    // A header has a role, a channel, a recipient and a content type.
    private const int MaxHeaderBytes = 512;

    private static readonly byte[] Start = Encoding.UTF8.GetBytes(HarmonySyntax.Start);
    private static readonly byte[] Channel = Encoding.UTF8.GetBytes(HarmonySyntax.Channel);
    private static readonly byte[] Message = Encoding.UTF8.GetBytes(HarmonySyntax.Message);
    private static readonly byte[] Role = Encoding.UTF8.GetBytes(HarmonySyntax.Role);

    // What may end a body. The last two begin the next header: models leave the end out.
    private static readonly byte[][] Ends = [Encoding.UTF8.GetBytes(HarmonySyntax.End), Encoding.UTF8.GetBytes(HarmonySyntax.Call), Encoding.UTF8.GetBytes(HarmonySyntax.Return), Start, Channel];
    private static readonly byte[][] HeaderStarts = [Channel, Encoding.UTF8.GetBytes(HarmonySyntax.Constrain), Message, "to="u8.ToArray()];

    private readonly CallEmitter _calls;
    private readonly JsonArgumentsReader _arguments;
    private Stage _stage = Stage.Header;
    private bool _hasRole;

    /// <summary>A parser at the start of an answer.</summary>
    public HarmonyParser(ToolParseOptions options)
    {
        _calls = new CallEmitter(options);
        _arguments = new JsonArgumentsReader(_calls, [new MarkTemplate(HarmonySyntax.Call), new MarkTemplate(HarmonySyntax.End)]);

        // The prompt may have begun the first message's header or body: that part is read as if the model had written it.
        int start = options.PromptEnd.LastIndexOf(HarmonySyntax.AssistantStart, StringComparison.Ordinal);
        string begun = start < 0 ? "" : options.PromptEnd[(start + HarmonySyntax.AssistantStart.Length)..];
        int body = begun.IndexOf(HarmonySyntax.Message, StringComparison.Ordinal);
        Prepend(Encoding.UTF8.GetBytes(body < 0 ? begun : begun[..(body + HarmonySyntax.Message.Length)]));
    }

    private enum Stage
    {
        Between,
        Header,
        Content,
        Reasoning,
        Call,
        CallDone,
    }

    /// <inheritdoc/>
    protected override bool Step(IChatOutputSink sink, bool final) => _stage switch
    {
        Stage.Between => StepBetween(final),
        Stage.Header => StepHeader(sink, final),
        Stage.Call => StepCall(sink, final),
        Stage.CallDone => StepCallDone(final),
        _ => StepBody(sink, final),
    };

    private bool StepBetween(bool final)
    {
        ReadOnlySpan<byte> text = Held;
        int space = TextScan.LeadingSpace(text);
        ReadOnlySpan<byte> visible = text[space..];
        if (visible.StartsWith(Start))
        {
            Use(space + Start.Length);
            _hasRole = false;
            _stage = Stage.Header;
            return true;
        }

        if (!final && Start.AsSpan().StartsWith(visible))
        {
            return false;
        }

        _hasRole = true;
        _stage = Stage.Header;
        return !visible.IsEmpty;
    }

    private bool StepHeader(IChatOutputSink sink, bool final)
    {
        ReadOnlySpan<byte> text = Held;
        if (!_hasRole && !SkipRole(text, final))
        {
            return false;
        }

        text = Held;
        int space = TextScan.LeadingSpace(text);
        ReadOnlySpan<byte> visible = text[space..];
        bool begins = HeaderStarts.Any(mark => Held[space..].StartsWith(mark));
        if (!begins && !final && (visible.IsEmpty || HeaderStarts.Any(mark => mark.AsSpan().StartsWith(Held[space..]))))
        {
            return false;
        }

        int end = visible.IndexOf(Message);
        if (!begins || (end < 0 && visible.Length > MaxHeaderBytes))
        {
            _stage = Stage.Content;
            return !text.IsEmpty;
        }

        if (end < 0)
        {
            // A header that was cut off says nothing.
            Use(final ? text.Length : 0);
            return false;
        }

        _stage = Open(Encoding.UTF8.GetString(visible[..end]), sink);
        Use(space + end + Message.Length);
        return true;
    }

    // Behind the start mark stands the role. The prompt has written the first message's.
    private bool SkipRole(ReadOnlySpan<byte> text, bool final)
    {
        if (!final && Role.AsSpan().StartsWith(text))
        {
            return false;
        }

        Use(text.StartsWith(Role) ? Role.Length : 0);
        _hasRole = true;
        return true;
    }

    private Stage Open(string header, IChatOutputSink sink)
    {
        int to = header.IndexOf(HarmonySyntax.Recipient, StringComparison.Ordinal);
        if (to >= 0)
        {
            string name = new([.. header[(to + HarmonySyntax.Recipient.Length)..].TakeWhile(letter => letter is not (' ' or '<'))]);
            if (_calls.Find(name) is { } tool && _calls.TryBegin(name, null, sink))
            {
                _arguments.Start(tool, sink);
                return Stage.Call;
            }

            return Stage.Content;
        }

        return header.Contains(HarmonySyntax.ReasoningChannel, StringComparison.Ordinal) ? Stage.Reasoning : Stage.Content;
    }

    private bool StepBody(IChatOutputSink sink, bool final)
    {
        ReadOnlySpan<byte> text = Held;
        (int index, int mark) = TextScan.FindFirst(text, Ends);
        int decided = index >= 0 ? index : final ? text.Length : text.Length - TextScan.PossibleMark(text, Ends);
        if (decided > 0 && _stage == Stage.Reasoning)
        {
            sink.OnReasoning(text[..decided]);
        }
        else if (decided > 0)
        {
            sink.OnContent(text[..decided]);
        }

        Use(decided);
        if (index < 0)
        {
            return false;
        }

        EndBody(mark);
        return true;
    }

    private bool StepCall(IChatOutputSink sink, bool final)
    {
        ReadResult result = _arguments.Read(Held, final, sink);
        Use(result.Length);
        if (result.Status == ReadStatus.NeedMore)
        {
            return result.Length > 0 && !Held.IsEmpty;
        }

        _stage = result.Status == ReadStatus.Done ? Stage.CallDone : Stage.Content;
        return true;
    }

    private bool StepCallDone(bool final)
    {
        ReadOnlySpan<byte> text = Held;
        int space = TextScan.LeadingSpace(text);
        for (int mark = 0; mark < Ends.Length; mark++)
        {
            if (text[space..].StartsWith(Ends[mark]))
            {
                Use(space);
                EndBody(mark);
                return true;
            }
        }

        if (TextScan.PossibleMark(text, Ends) == text.Length - space)
        {
            Use(final ? text.Length : 0);
            return false;
        }

        _stage = Stage.Content;
        return true;
    }

    private void EndBody(int mark)
    {
        _stage = Stage.Between;
        _hasRole = true;
        Use(ReferenceEquals(Ends[mark], Start) || ReferenceEquals(Ends[mark], Channel) ? 0 : Ends[mark].Length);
    }
}
