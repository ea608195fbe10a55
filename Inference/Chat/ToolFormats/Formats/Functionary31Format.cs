namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Functionary 3.1. Immutable; any thread.
/// Source: meetkai-functionary-medium-v3.1.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Functionary31Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("functionary-3.1", CallBody.JsonArguments)
    {
        Headers = [new("<function=«name»>")],
        Closes = [new("</function>")],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<function=");
}
