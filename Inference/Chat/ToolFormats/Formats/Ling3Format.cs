namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Ling 3: as GLM 4.5, with line ends elsewhere. Immutable; any thread.
/// Source: the chat template in the files of Ling 3.
/// </summary>
internal sealed class Ling3Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new Glm45Format().Syntax with
    {
        Name = "ling-3",
        Closes = [new("\n</tool_call>")],
        ParameterSeparator = "",
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<arg_key>", "<role>");
}
