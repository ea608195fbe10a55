namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Hunyuan 3: GLM's form with a suffix in every mark. Immutable; any thread.
/// Source: tencent-Hy3.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Hunyuan3Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("hunyuan-3", CallBody.Tagged)
    {
        SectionOpen = new("<tool_calls:opensource>\n"),
        SectionClose = new("\n</tool_calls:opensource>"),
        Headers = [new("<tool_call:opensource>«name»<tool_sep:opensource>\n")],
        Closes = [new("</tool_call:opensource>")],
        Separator = new("\n"),
        Parameter = new("<arg_key:opensource>«key»</arg_key:opensource>\n<arg_value:opensource>"),
        ParameterClose = "</arg_value:opensource>",
        ParameterSeparator = "\n",
        Markers =
        [
            "<tool_calls:opensource>", "</tool_calls:opensource>", "<tool_call:opensource>", "</tool_call:opensource>", "<tool_sep:opensource>",
            "<arg_key:opensource>", "</arg_key:opensource>", "<arg_value:opensource>", "</arg_value:opensource>",
        ],
        Reasoning = new("<think:opensource>", "</think:opensource>"),
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, ":opensource", "<tool_sep");
}
