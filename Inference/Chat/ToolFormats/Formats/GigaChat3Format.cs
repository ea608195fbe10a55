namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// GigaChat 3. Immutable; any thread.
/// Source: GigaChat3-10B-A1.8B.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class GigaChat3Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("gigachat-3", CallBody.JsonCall)
    {
        Headers = [new("function call<|role_sep|>\n")],
        Trigger = "function call<|role_sep|>",
        SingleCall = true,
        Dropped = ["<|message_sep|>"],
        Markers = ["<|role_sep|>", "<|message_sep|>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "function call", "<|role_sep|>");
}
