namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// MiniMax M1. Immutable; any thread.
/// Source: MiniMax-M1.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class MiniMaxM1Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("minimax-m1", CallBody.JsonCall)
    {
        SectionOpen = new("<tool_calls>\n"),
        SectionClose = new("\n</tool_calls>"),
        Separator = new("\n"),
        Markers = ["<tool_calls>", "</tool_calls>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<tool_calls>");
}
