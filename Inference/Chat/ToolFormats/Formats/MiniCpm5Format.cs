namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// MiniCPM 5. Immutable; any thread.
/// Source: openbmb-MiniCPM5-1B.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class MiniCpm5Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("minicpm-5", CallBody.Tagged)
    {
        Headers = [new("<function name=\"«name»\">")],
        Closes = [new("</function>")],
        Separator = new("\n"),
        Parameter = new("<param name=\"«key»\">"),
        ParameterClose = "</param>",
        WritesCharacterData = true,
        Markers = ["<function", "</function>", "<param", "</param>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<function name=", "<param name=");
}
