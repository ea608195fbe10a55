namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// GLM 4.5 and 4.6, Laguna XS. Immutable; any thread.
/// Source: GLM-4.6.jinja, poolside-Laguna-XS.2.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Glm45Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("glm-4.5", CallBody.Tagged)
    {
        Headers = [new("<tool_call>«name»\n")],
        Closes = [new("</tool_call>")],
        Separator = new("\n"),
        Parameter = new("<arg_key>«key»</arg_key>\n<arg_value>"),
        ParameterClose = "</arg_value>",
        ParameterSeparator = "\n",
        Markers = ["<tool_call>", "</tool_call>", "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<arg_key>", "</arg_key>\n") || Has(template, "<arg_key>", "</arg_key>\\n");
}
