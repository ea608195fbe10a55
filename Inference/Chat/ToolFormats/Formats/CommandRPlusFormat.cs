namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Command R+. Immutable; any thread.
/// Source: CohereForAI-c4ai-command-r-plus-tool_use.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class CommandRPlusFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("command-r-plus", CallBody.JsonCall)
    {
        SectionOpen = new("Action:\n```json\n[\n    "),
        SectionClose = new("\n]~```"),
        Separator = new(",\n    "),
        JsonOpen = "{\n        ",
        JsonSeparator = ",\n        ",
        JsonClose = "\n    }",
        NameKey = "tool_name",
        ArgumentsKey = "parameters",
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "Action:", "tool_name");
}
