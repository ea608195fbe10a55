using MistralServe.Inference.Chat.Reasoning;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>
/// A format that a <see cref="CallSyntax"/> describes: parser, grammar and rendering all come from it. Forms are those that the models'
/// templates render for past calls. Immutable; any thread.
/// </summary>
internal abstract class FormatDescription : IFormatDescription
{
    // Text of past calls in templates: without it they are left out.
    private const string CallsVariable = "tool_calls";

    /// <inheritdoc/>
    public string Name => Syntax.Name;

    /// <summary>How calls are written.</summary>
    public abstract CallSyntax Syntax { get; }

    /// <summary>Whether templates write the format by themselves.</summary>
    protected virtual bool IsOfTemplate => true;

    /// <inheritdoc/>
    public abstract bool IsIn(string template);

    /// <inheritdoc/>
    public IToolFormat Create(string template)
    {
        ReasoningFormat reasoning = ReasoningOf(template);
        bool isReasoningInTemplate = Has(template, reasoning.Open) || Has(template, reasoning.Close)
            // Templates that put their marks together from parts.
            || Has(template, "reasoning_content");
        return new BlockFormat(Syntax, reasoning with { IsInTemplate = isReasoningInTemplate })
        {
            TemplateDescribesTools = IsOfTemplate && Has(template, "tools"),
            TemplateRendersCalls = IsOfTemplate && Has(template, CallsVariable),
            TemplateRendersResults = IsOfTemplate && (Has(template, "'tool'") || Has(template, "\"tool\"")),
        };
    }

    /// <summary>The marks of reasoning in a template of this format.</summary>
    protected virtual ReasoningFormat ReasoningOf(string template) => Syntax.Reasoning ?? ReasoningFormat.Think;

    /// <summary>Whether a template has all of some marks.</summary>
    protected static bool Has(string template, params ReadOnlySpan<string> marks)
    {
        foreach (string mark in marks)
        {
            if (!template.Contains(mark, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
