namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// DeepSeek V4. Immutable; any thread.
/// Source: deepseek-ai-DeepSeek-V4.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class DeepSeekV4Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new DeepSeekV32Format().Syntax with
    {
        Name = "deepseek-v4",
        SectionOpen = new("<｜DSML｜tool_calls>\n"),
        SectionClose = new("\n</｜DSML｜tool_calls>"),
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "DSML");
}
