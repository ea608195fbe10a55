namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Apriel 1.5. Immutable; any thread.
/// Source: unsloth-Apriel-1.5.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class AprielFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("apriel", CallBody.JsonCall)
    {
        SectionOpen = new("<tool_calls>~["),
        SectionClose = new("]~</tool_calls>"),
        Separator = new(", "),
        Markers = ["<tool_calls>", "</tool_calls>"],
        Reasoning = new("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),
        Dropped = ["[END FINAL RESPONSE]"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<tool_calls>[");
}
