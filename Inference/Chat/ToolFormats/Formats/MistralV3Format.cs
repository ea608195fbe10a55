using MistralServe.Inference.Chat.Reasoning;

namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Mistral v3, Nemo. Immutable; any thread.
/// Source: mistralai-Mistral-Nemo-Instruct-2407.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class MistralV3Format : FormatDescription
{
    /// <summary>Reasoning of Mistral's models that reason.</summary>
    public static readonly ReasoningFormat Think = new("[THINK]", "[/THINK]") { ForcedClose = "[/THINK]" };

    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("mistral-v3", CallBody.JsonCall)
    {
        SectionOpen = new("[TOOL_CALLS]~["),
        SectionClose = new("]"),
        Separator = new(", "),
        TrailingIdKey = "id",
        Markers = ["[TOOL_CALLS]"],
        Reasoning = Think,
        IdRule = CallIdRule.NineCharacters,
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "[TOOL_CALLS]");

    /// <inheritdoc/>
    protected override ReasoningFormat ReasoningOf(string template) => Has(template, Think.Open) ? Think : ReasoningFormat.Think;
}
