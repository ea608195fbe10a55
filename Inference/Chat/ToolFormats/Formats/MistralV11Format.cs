using MistralServe.Inference.Chat.Reasoning;

namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Ministral 3, Magistral, Devstral. Immutable; any thread.
/// Source: mistralai-Ministral-3-14B-Reasoning-2512.jinja, unsloth-mistral-Devstral-Small-2507.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class MistralV11Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new MistralV7Format().Syntax with
    {
        Name = "mistral-v11",
        Headers = [new("[TOOL_CALLS]«name»[ARGS]"), new("[TOOL_CALLS]«name»[CALL_ID]«id»[ARGS]")],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "[TOOL_CALLS]", "[ARGS]");

    /// <inheritdoc/>
    protected override ReasoningFormat ReasoningOf(string template) => Has(template, MistralV3Format.Think.Open) ? MistralV3Format.Think : ReasoningFormat.Think;
}
