namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// GigaChat 3.1. Immutable; any thread.
/// Source: GigaChat3.1-10B-A1.8B.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class GigaChat31Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("gigachat-3.1", CallBody.JsonCall)
    {
        Headers = [new("<|function_call|>")],
        SingleCall = true,
        Markers = ["<|function_call|>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|function_call|>");
}
