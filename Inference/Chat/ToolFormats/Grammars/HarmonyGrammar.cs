using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats.Grammars;

/// <summary>
/// Builds the language of an answer in harmony: messages that reason, then a call or the final message. A call ends the answer. One
/// per answer.
/// </summary>
internal sealed class HarmonyGrammar(ToolGrammarOptions options)
{
    private readonly MarkGrammar _marks = new(options.Markers);
    private readonly List<(string Name, GrammarNode Arguments)> _tools = [];

    /// <summary>The grammar; neither grammar nor failure when everything is allowed.</summary>
    public ToolGrammarResult Build()
    {
        foreach (ChatTool tool in options.Tools)
        {
            GrammarBuildResult result = tool.Parameters is { } schema ? options.Schema(tool, schema) : new GrammarBuildResult(GrammarNode.Literal("{}"), null);
            if (result.Root is not { } root)
            {
                return new ToolGrammarResult(null, result.Failure);
            }

            _tools.Add((tool.Name, root));
        }

        if (options.Required)
        {
            return new ToolGrammarResult(BehindReasoning(WriteCalls()), null);
        }

        if (options.Answer is { } answer)
        {
            GrammarNode final = GrammarNode.Sequence(_marks.Text("<|channel|>final<|message|>"), answer, _marks.Text("<|return|>"));
            return new ToolGrammarResult(BehindReasoning(_tools.Count > 0 ? GrammarNode.AnyOf(final, WriteCalls()) : final), null);
        }

        if (_tools.Count == 0)
        {
            return new ToolGrammarResult(null, null);
        }

        GrammarNode call = GrammarNode.AnyOf([.. _tools.Select(tool => GrammarNode.Sequence(GrammarNode.Literal(tool.Name), RestOfHeader(), WriteBody(tool.Arguments)))]);
        return new ToolGrammarResult(GrammarNode.Free(new FreeText([_marks.Trigger(" to=functions.", call)], MayEnd: true)), null);
    }

    private GrammarNode BehindReasoning(GrammarNode next)
    {
        // The prompt ends with the opening of the turn, or has begun the message of reasoning as well.
        bool isOpen = options.PromptEnd.EndsWith("<|channel|>analysis<|message|>", StringComparison.Ordinal);
        GrammarNode behind = GrammarNode.Sequence(_marks.Text("<|start|>assistant"), next);
        GrammarNode inside = GrammarNode.Free(new FreeText([_marks.Trigger("<|end|>", behind)], MayEnd: false));
        return isOpen ? inside : GrammarNode.AnyOf(GrammarNode.Sequence(_marks.Text("<|channel|>analysis<|message|>"), inside), next);
    }

    private GrammarNode WriteCalls() => GrammarNode.AnyOf([.. _tools.Select(tool => GrammarNode.Sequence(
        _marks.Text($"<|channel|>commentary to=functions.{tool.Name} <|constrain|>json<|message|>"), WriteBody(tool.Arguments)))]);

    private GrammarNode WriteBody(GrammarNode arguments) => GrammarNode.Sequence(arguments, _marks.Text("<|call|>"));

    // The recipient stands behind the channel or, as templates render it, before.
    private GrammarNode RestOfHeader()
    {
        GrammarNode type = GrammarNode.AnyOf(_marks.Text(" <|constrain|>json"), _marks.Text("<|constrain|>json"), GrammarNode.Literal(" json"), GrammarNode.Empty);
        GrammarNode channel = GrammarNode.Optional(_marks.Text("<|channel|>commentary"));
        return GrammarNode.Sequence(channel, type, _marks.Text("<|message|>"));
    }
}
