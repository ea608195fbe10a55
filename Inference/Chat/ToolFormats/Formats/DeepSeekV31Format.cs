namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// DeepSeek V3.1. Immutable; any thread.
/// Source: deepseek-ai-DeepSeek-V3.1.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class DeepSeekV31Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new DeepSeekR1Format().Syntax with
    {
        Name = "deepseek-v3.1",
        Headers = [new("<｜tool▁call▁begin｜>«name»<｜tool▁sep｜>")],
        Closes = [new("<｜tool▁call▁end｜>")],
        Separator = new(""),
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<｜tool▁calls▁begin｜>");
}
