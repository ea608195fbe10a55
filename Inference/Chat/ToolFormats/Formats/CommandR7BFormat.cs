namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Command R7B, Cohere2 MoE. Immutable; any thread.
/// Source: CohereForAI-c4ai-command-r7b-12-2024-tool_use.jinja, Cohere2MoE.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class CommandR7BFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("command-r7b", CallBody.JsonCall)
    {
        SectionOpen = new("<|START_ACTION|>~[\n    "),
        SectionClose = new("\n]~<|END_ACTION|>"),
        Separator = new(",\n    "),
        NumberKey = "tool_call_id",
        NameKey = "tool_name",
        ArgumentsKey = "parameters",
        ContentMarks = ("<|START_RESPONSE|>", "<|END_RESPONSE|>"),
        Markers = ["<|START_ACTION|>", "<|END_ACTION|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>"],
        Reasoning = new("<|START_THINKING|>", "<|END_THINKING|>") { ForcedClose = "<|END_THINKING|>" },
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|START_ACTION|>");
}
