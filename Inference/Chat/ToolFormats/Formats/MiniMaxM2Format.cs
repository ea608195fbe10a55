namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// MiniMax M2. Immutable; any thread.
/// Source: MiniMax-M2.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class MiniMaxM2Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("minimax-m2", CallBody.Tagged)
    {
        SectionOpen = new("<minimax:tool_call>\n"),
        SectionClose = new("\n</minimax:tool_call>"),
        Headers = [new("<invoke name=\"«name»\">\n")],
        Closes = [new("</invoke>")],
        Separator = new("\n"),
        Parameter = new("<parameter name=\"«key»\">"),
        ParameterClose = "</parameter>",
        ParameterSeparator = "\n",
        Markers = ["<minimax:tool_call>", "</minimax:tool_call>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<minimax:tool_call>");
}
