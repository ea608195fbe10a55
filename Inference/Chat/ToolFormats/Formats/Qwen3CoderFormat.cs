namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Qwen3-Coder, Qwen 3.5, Nemotron 3, StepFun 3.5. Immutable; any thread.
/// Source: Qwen3-Coder.jinja, Qwen3.5-4B.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Qwen3CoderFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("qwen3-coder", CallBody.Tagged)
    {
        Headers = [new("<tool_call>\n<function=«name»>\n"), new("<function=«name»>\n")],
        Closes = [new("</function>\n</tool_call>"), new("</function>")],
        Separator = new("\n"),
        Parameter = new("<parameter=«key»>\n"),
        ParameterClose = "</parameter>",
        ParameterSeparator = "\n",
        ValuesOnLines = true,
        Markers = ["<tool_call>", "</tool_call>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<tool_call>", "<function=");
}
