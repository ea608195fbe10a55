using System.Globalization;
using System.Text;
using MistralServe.Inference.Chat.Reasoning;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats.Grammars;

/// <summary>
/// Builds the language of an answer whose calls a <see cref="CallSyntax"/> describes.
/// <list type="bullet">
/// <item>A call is required: reasoning if the model does so, then at once the call's opening; behind it another call or the end.</item>
/// <item>The answer has a format: reasoning, then the format, or a call where tools are offered.</item>
/// <item>Else free text up to a call's opening, the call, and free text again, or the end when one call is all.</item>
/// </list>
/// One per answer.
/// </summary>
internal sealed class BlockGrammar(CallSyntax syntax, ReasoningFormat reasoning, ToolGrammarOptions options)
{
    // What the model may leave is held in its own spacing; what it must write is written without sampling.
    private readonly MarkGrammar _marks = new(options.Markers, isLenient: !options.Required && options.Answer is null);
    private readonly List<(ChatTool Tool, GrammarNode Arguments)> _tools = [];
    private readonly List<BlockGrammar> _marked = [];
    private readonly GrammarRule _call = new("call");
    private GrammarRule _free = new("free text");

    private bool IsParallel => options.ParallelToolCalls && !syntax.SingleCall;

    private bool IsReasoningOpen => reasoning.IsOpen(options.PromptEnd);

    private bool MayReason => reasoning.IsInTemplate && !IsReasoningOpen && !reasoning.IsClosed(options.PromptEnd);

    /// <summary>The grammar; neither grammar nor failure when everything is allowed.</summary>
    public ToolGrammarResult Build()
    {
        if (BuildTools() is { } failure)
        {
            return new ToolGrammarResult(null, failure);
        }

        if (options.Required)
        {
            return new ToolGrammarResult(BehindReasoning(behind => WriteBlock(behind)), null);
        }

        if (options.Answer is { } answer)
        {
            return new ToolGrammarResult(BehindReasoning(behind => WriteAnswer(answer, behind)), null);
        }

        if (_tools.Count == 0)
        {
            return new ToolGrammarResult(null, null);
        }

        foreach (CallSyntax marked in syntax.Marked)
        {
            var grammar = new BlockGrammar(marked, reasoning, options) { _free = _free };
            if (grammar.BuildTools() is { } problem)
            {
                return new ToolGrammarResult(null, problem);
            }

            _marked.Add(grammar);
        }

        return new ToolGrammarResult(WriteLazy(), null);
    }

    private EngineFailure? BuildTools()
    {
        var arguments = new ArgumentGrammar(syntax, _marks, options);
        foreach (ChatTool tool in options.Tools)
        {
            GrammarBuildResult result = arguments.Build(tool);
            if (result.Root is not { } root)
            {
                return result.Failure;
            }

            // Shared by all the places where the tool may be called.
            _tools.Add((tool, GrammarNode.Rule(new GrammarRule($"arguments of {tool.Name}") { Body = root })));
        }

        _call.Body = GrammarNode.AnyOf([.. _tools.Select(tool => WriteCall(tool, 0))]);
        return null;
    }

    // Reasoning, if the model does so, and what must follow.
    private GrammarNode BehindReasoning(Func<bool, GrammarNode> write)
    {
        if (!IsReasoningOpen && !MayReason)
        {
            return write(false);
        }

        GrammarNode behind = GrammarNode.Sequence(MarkGrammar.Space, _marks.Text(syntax.BehindReasoning), write(true));
        GrammarNode inside = GrammarNode.Free(new FreeText([_marks.Trigger(reasoning.Close, behind)], MayEnd: false));
        return IsReasoningOpen ? inside : GrammarNode.AnyOf(GrammarNode.Sequence(MarkGrammar.Space, _marks.Text(reasoning.Open), inside), write(false));
    }

    private GrammarNode WriteAnswer(GrammarNode answer, bool isBehind)
    {
        (string open, string close) = syntax.ContentMarks;
        GrammarNode marked = GrammarNode.Sequence(_marks.Text(isBehind ? open : WithoutPrompt(open)), answer, _marks.Text(close));
        return _tools.Count > 0 ? GrammarNode.AnyOf(marked, WriteBlock(isBehind)) : marked;
    }

    private GrammarNode WriteBlock(bool isBehind)
    {
        string prefix = MarkTemplate.WithoutSpaceMarks(Prefix());
        string open = isBehind ? prefix : WithoutPrompt(prefix);
        return GrammarNode.Sequence(_marks.Text(open), WriteBehindPrefix(isLazy: false));
    }

    // The template may have written the beginning of the first mark.
    private string WithoutPrompt(string mark) =>
        syntax.PromptOpening.Length > 0 && mark.StartsWith(syntax.PromptOpening, StringComparison.Ordinal)
        && options.PromptEnd.EndsWith(syntax.PromptOpening, StringComparison.Ordinal) ? mark[syntax.PromptOpening.Length..]
        : mark.Length > 0 && options.PromptEnd.EndsWith(mark, StringComparison.Ordinal) ? "" : mark;

    // What all blocks begin with, as notation: the section's opening, or the header up to the first place.
    private string Prefix()
    {
        if (!syntax.SectionOpen.IsEmpty)
        {
            return syntax.SectionOpen.Notation;
        }

        return syntax.Headers[0].WritePieces(new MarkValues()).First().Text;
    }

    private GrammarNode WriteBehindPrefix(bool isLazy)
    {
        bool hasSection = !syntax.SectionOpen.IsEmpty;
        int skipped = hasSection ? 0 : Prefix().Length;
        GrammarNode first = skipped == 0 ? GrammarNode.Rule(_call) : GrammarNode.AnyOf([.. _tools.Select(tool => WriteCall(tool, skipped))]);

        // Without a section every block has one call: text and further blocks may follow where the answer is free.
        GrammarNode more = IsParallel && (hasSection || !isLazy)
            ? GrammarNode.Repeat(GrammarNode.Sequence(_marks.Text(syntax.Separator.Notation), GrammarNode.Rule(_call)), 0, null)
            : GrammarNode.Empty;
        return GrammarNode.Sequence(first, more, _marks.Text(syntax.SectionClose.Notation));
    }

    private GrammarNode WriteCall((ChatTool Tool, GrammarNode Arguments) tool, int skipped)
    {
        var header = syntax.Headers[0].WritePieces(new MarkValues { Name = tool.Tool.Name }).ToList();
        header[0] = (header[0].Text[skipped..], null);
        return GrammarNode.Sequence(
            _marks.Pieces(header),
            syntax.Body == CallBody.JsonCall ? WriteJson(tool) : tool.Arguments,
            _marks.Text(syntax.Closes[0].Notation));
    }

    private GrammarNode WriteJson((ChatTool Tool, GrammarNode Arguments) tool)
    {
        GrammarNode number = syntax.NumberKey is { } numberKey
            ? GrammarNode.Sequence(_marks.Text($"\"{numberKey}\": \""), MarkGrammar.Digits, _marks.Text($"\"{syntax.JsonSeparator}"))
            : GrammarNode.Empty;
        GrammarNode id = syntax.TrailingIdKey is { } idKey
            ? GrammarNode.Sequence(_marks.Text($"{syntax.JsonSeparator}\"{idKey}\": \""), MarkGrammar.NineLetters, GrammarNode.Literal("\""))
            : GrammarNode.Empty;
        return GrammarNode.Sequence(
            _marks.Text(syntax.JsonOpen), number, _marks.Text(CallJson.AfterNumber(syntax, tool.Tool.Name)), tool.Arguments, id, _marks.Text(syntax.JsonClose));
    }

    private GrammarNode WriteLazy()
    {
        List<Trigger> triggers = syntax.OnlyAtStart ? [.. _tools.SelectMany(TriggersWithoutMark)] : [TriggerOf([this])];
        if (_marked.Count > 0)
        {
            triggers.Add(TriggerOf(_marked));
        }

        _free.Body = GrammarNode.Free(new FreeText(triggers, MayEnd: true));

        // A block that is not closed, with no call in it, may be all there is.
        GrammarNode inside = GrammarNode.Free(new FreeText(
            [_marks.Trigger(reasoning.Close, GrammarNode.Rule(_free)), .. reasoning.Interrupts.Count > 0 ? triggers : []], MayEnd: true));
        if (IsReasoningOpen)
        {
            return inside;
        }

        GrammarNode start = MayReason
            ? GrammarNode.Free(new FreeText([_marks.Trigger(reasoning.Open, inside), .. triggers], MayEnd: true))
            : GrammarNode.Rule(_free);
        return syntax.PromptOpening.Length > 0 && options.PromptEnd.EndsWith(syntax.PromptOpening, StringComparison.Ordinal) ? triggers[0].Next : start;
    }

    // The trigger of blocks that share a mark.
    private Trigger TriggerOf(IReadOnlyList<BlockGrammar> forms)
    {
        List<GrammarNode> next = [];
        string mark = "";
        foreach (BlockGrammar form in forms)
        {
            (mark, GrammarNode block) = form.WriteBehindMark();
            next.Add(block);
        }

        next.AddRange(syntax.NoCallBehindTrigger.Select(text => GrammarNode.Sequence(_marks.Text(text), GrammarNode.Rule(_free))));
        return _marks.Trigger(mark, GrammarNode.AnyOf(next));
    }

    private (string Mark, GrammarNode Block) WriteBehindMark()
    {
        string prefix = Prefix();
        string mark = syntax.Trigger ?? Encoding.UTF8.GetString(FirstWord());
        int start = prefix.IndexOf(mark, StringComparison.Ordinal);
        if (_marks.FindControl(prefix) is { } control)
        {
            (start, mark) = (control.Index, control.Mark);
        }

        GrammarNode block = GrammarNode.Sequence(
            _marks.Text(prefix[(start + mark.Length)..]), WriteBehindPrefix(isLazy: true), IsParallel ? GrammarNode.Rule(_free) : GrammarNode.Empty);
        return (mark, block);
    }

    private byte[] FirstWord() => syntax.SectionOpen.IsEmpty ? syntax.Headers[0].Opening : syntax.SectionOpen.Opening;

    // A call without a mark begins like any JSON or list: that it is one is known behind the name.
    private IEnumerable<Trigger> TriggersWithoutMark((ChatTool Tool, GrammarNode Arguments) tool)
    {
        string name = tool.Tool.Name;
        if (syntax.Body == CallBody.Expression)
        {
            string header = syntax.SectionOpen.Write(new MarkValues()) + syntax.Headers[0].Write(new MarkValues { Name = name });
            yield return new Trigger(header, null, GrammarNode.Sequence(tool.Arguments, Closing(syntax.Closes[0].Notation)));
            yield break;
        }

        // With and without white space; the members before the name don't matter.
        string spaced = CallJson.AfterNumber(syntax, name);
        foreach (string text in (string[])[spaced, string.Create(CultureInfo.InvariantCulture, $"\"{syntax.NameKey}\":\"{name}\",\"{syntax.ArgumentsKey}\":")])
        {
            yield return new Trigger(text, null, GrammarNode.Sequence(tool.Arguments, Closing(syntax.JsonClose)));
        }
    }

    private GrammarNode Closing(string close)
    {
        GrammarNode more = IsParallel
            ? GrammarNode.Repeat(GrammarNode.Sequence(_marks.Text(syntax.Separator.Notation), GrammarNode.Rule(_call)), 0, null)
            : GrammarNode.Empty;
        return GrammarNode.Sequence(_marks.Text(close), more, _marks.Text(syntax.SectionClose.Notation));
    }
}
