namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Seed-OSS. Immutable; any thread.
/// Source: ByteDance-Seed-OSS.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class SeedOssFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("seed-oss", CallBody.Tagged)
    {
        Headers = [new("<seed:tool_call>\n<function=«name»>\n")],
        Closes = [new("</function>\n</seed:tool_call>")],
        Separator = new("\n"),
        Parameter = new("<parameter=«key»>"),
        ParameterClose = "</parameter>",
        ParameterSeparator = "\n",
        Markers = ["<seed:tool_call>", "</seed:tool_call>"],
        Reasoning = new("<seed:think>", "</seed:think>"),
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<seed:tool_call>");
}
