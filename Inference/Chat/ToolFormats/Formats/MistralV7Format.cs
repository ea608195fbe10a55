using MistralServe.Inference.Chat.Reasoning;

namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Mistral Small 3.2. Immutable; any thread.
/// Source: Mistral-Small-3.2-24B-Instruct-2506.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class MistralV7Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("mistral-v7", CallBody.JsonArguments)
    {
        Headers = [new("[TOOL_CALLS]«name»[CALL_ID]«id»[ARGS]"), new("[TOOL_CALLS]«name»[ARGS]")],
        Markers = ["[TOOL_CALLS]", "[CALL_ID]", "[ARGS]"],
        Reasoning = MistralV3Format.Think,
        IdRule = CallIdRule.NineCharacters,
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "[TOOL_CALLS]", "[CALL_ID]");

    /// <inheritdoc/>
    protected override ReasoningFormat ReasoningOf(string template) => Has(template, MistralV3Format.Think.Open) ? MistralV3Format.Think : ReasoningFormat.Think;
}
