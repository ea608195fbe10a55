namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// DeepSeek V3.2. Immutable; any thread.
/// Source: deepseek-ai-DeepSeek-V3.2.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class DeepSeekV32Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("deepseek-v3.2", CallBody.Tagged)
    {
        SectionOpen = new("<｜DSML｜function_calls>\n"),
        SectionClose = new("\n</｜DSML｜function_calls>"),
        Headers = [new("<｜DSML｜invoke name=\"«name»\">\n")],
        Closes = [new("</｜DSML｜invoke>")],
        Separator = new("\n"),
        Parameter = new("<｜DSML｜parameter name=\"«key»\" string=\"«string»\">"),
        ParameterClose = "</｜DSML｜parameter>",
        ParameterSeparator = "\n",
        Markers = ["｜DSML｜"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "DSML", "function_calls");
}
