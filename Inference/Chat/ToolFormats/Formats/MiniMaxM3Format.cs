namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// MiniMax M3: all is elements, each tag behind a mark. Immutable; any thread.
/// Source: MiniMax-M3.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class MiniMaxM3Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("minimax-m3", CallBody.Elements)
    {
        SectionOpen = new("]<]minimax[>[<tool_call>\n"),
        SectionClose = new("\n]<]minimax[>[</tool_call>"),
        Headers = [new("]<]minimax[>[<invoke name=\"«name»\">")],
        Closes = [new("~]<]minimax[>[</invoke>")],
        Separator = new("\n"),
        ElementMark = "]<]minimax[>[",
        Parameter = new("~]<]minimax[>[<«key»>"),
        Markers = ["]<]minimax[>[", "<tool_call>", "</tool_call>"],
        Reasoning = new("<mm:think>", "</mm:think>"),
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "]<]minimax[>[");
}
