using MistralServe.Inference.Chat.ToolFormats.Formats;
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
            GrammarNode final = GrammarNode.Sequence(_marks.Text(HarmonySyntax.FinalHeader), answer, _marks.Text(HarmonySyntax.Return));
            return new ToolGrammarResult(BehindReasoning(_tools.Count > 0 ? GrammarNode.AnyOf(final, WriteCalls()) : final), null);
        }

        if (_tools.Count == 0)
        {
            return new ToolGrammarResult(null, null);
        }

        GrammarNode call = GrammarNode.AnyOf([.. _tools.Select(tool => GrammarNode.Sequence(GrammarNode.Literal(tool.Name), RestOfHeader(), WriteBody(tool.Arguments)))]);
        return new ToolGrammarResult(GrammarNode.Free(new FreeText([_marks.Trigger($" {HarmonySyntax.Recipient}", call)], MayEnd: true)), null);
    }

    private GrammarNode BehindReasoning(GrammarNode next)
    {
        // The prompt ends with the opening of the turn, or has begun the message of reasoning as well.
        bool isOpen = options.PromptEnd.EndsWith(HarmonySyntax.ReasoningHeader, StringComparison.Ordinal);
        GrammarNode behind = GrammarNode.Sequence(_marks.Text(HarmonySyntax.AssistantStart), next);
        GrammarNode inside = GrammarNode.Free(new FreeText([_marks.Trigger(HarmonySyntax.End, behind)], MayEnd: false));
        return isOpen ? inside : GrammarNode.AnyOf(GrammarNode.Sequence(_marks.Text(HarmonySyntax.ReasoningHeader), inside), next);
    }

    private GrammarNode WriteCalls() => GrammarNode.AnyOf([.. _tools.Select(tool => GrammarNode.Sequence(
        _marks.Text(HarmonySyntax.CallHeader(tool.Name)), WriteBody(tool.Arguments)))]);

    private GrammarNode WriteBody(GrammarNode arguments) => GrammarNode.Sequence(arguments, _marks.Text(HarmonySyntax.Call));

    // The recipient stands behind the channel or, as templates render it, before.
    private GrammarNode RestOfHeader()
    {
        GrammarNode type = GrammarNode.AnyOf(_marks.Text($" {HarmonySyntax.JsonType}"), _marks.Text(HarmonySyntax.JsonType), GrammarNode.Literal(" json"), GrammarNode.Empty);
        GrammarNode channel = GrammarNode.Optional(_marks.Text(HarmonySyntax.CallChannel));
        return GrammarNode.Sequence(channel, type, _marks.Text(HarmonySyntax.Message));
    }
}
