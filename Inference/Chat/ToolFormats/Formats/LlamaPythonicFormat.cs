namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Llama 3.2 and 4 where the prompt asks for a list of Python calls. Immutable; any thread.
/// Source: the prompt format of Meta's model card of Llama 3.2.
/// </summary>
internal sealed class LlamaPythonicFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("llama-pythonic", CallBody.Expression)
    {
        SectionOpen = new("["),
        SectionClose = new("]"),
        Headers = [new("«name»(")],
        Closes = [new(")")],
        Separator = new(", "),
        Parameter = new("«key»="),
        ParameterSeparator = ", ",
        OnlyAtStart = true,
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "[func_name1(");
}
