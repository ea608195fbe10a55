namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Granite 3.3. Immutable; any thread.
/// Source: ibm-granite-granite-3.3-2B-Instruct.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Granite3Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("granite-3", CallBody.JsonCall)
    {
        SectionOpen = new("<|tool_call|>~["),
        SectionClose = new("]"),
        Separator = new(", "),
        Dropped = ["<|/tool_call|>"],
        Markers = ["<|tool_call|>", "<|/tool_call|>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|tool_call|>");
}
