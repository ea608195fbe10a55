namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// DeepSeek R1 and V3. Immutable; any thread.
/// Source: llama-cpp-deepseek-r1.jinja, deepseek-ai-DeepSeek-R1-Distill-Qwen-32B.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class DeepSeekR1Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("deepseek-r1", CallBody.JsonArguments)
    {
        SectionOpen = new("<｜tool▁calls▁begin｜>"),
        SectionClose = new("<｜tool▁calls▁end｜>"),
        Headers = [new("<｜tool▁call▁begin｜>function<｜tool▁sep｜>«name»\n```json\n")],
        Closes = [new("\n```<｜tool▁call▁end｜>"), new("```~<｜tool▁call▁end｜>")],
        Separator = new("\n"),
        Markers = ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>", "<｜tool▁sep｜>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<｜tool▁calls▁begin｜>", "```json");
}
