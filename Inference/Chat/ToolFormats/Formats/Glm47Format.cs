namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// GLM 4.7, Spark, Laguna S: as GLM 4.5, without line ends. Immutable; any thread.
/// Source: GLM-4.7-Flash.jinja, poolside-Laguna-S-2.1.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Glm47Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new Glm45Format().Syntax with
    {
        Name = "glm-4.7",
        Headers = [new("<tool_call>«name»")],
        Separator = new(""),
        Parameter = new("<arg_key>«key»</arg_key>~<arg_value>"),
        ParameterSeparator = "",
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<arg_key>");
}
