using MistralServe.Inference.Chat.Reasoning;

namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Ling 3: as GLM 4.5, with line ends elsewhere; calls may begin inside its reasoning, which the template opens. Immutable; any thread.
/// Source: chat_template.jinja of inclusionAI/Ling-3.0-flash, as analysed in llama.cpp's pull requests 26608 (line ends) and 28682 (reasoning);
/// sglang's ling3_detector.py (what the model leaves out).
/// </summary>
internal sealed class Ling3Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new Glm45Format().Syntax with
    {
        Name = "ling-3",
        Closes = [new("\n</tool_call>")],
        ParameterSeparator = "",
        Reasoning = ReasoningFormat.Think with { Interrupts = ["<tool_call>"] },
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<arg_key>", "<role>");
}
