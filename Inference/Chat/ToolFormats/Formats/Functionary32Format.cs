namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Functionary 3.2: every part of an answer names its reader. Immutable; any thread.
/// Source: meetkai-functionary-medium-v3.2.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Functionary32Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("functionary-3.2", CallBody.JsonArguments)
    {
        Headers = [new(">>>«name»\n")],
        ContentMarks = (">>>all\n", ""),
        NoCallBehindTrigger = ["all\n"],
        PromptOpening = ">>>",
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, ">>>all");
}
