namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Solar Open. Immutable; any thread.
/// Source: upstage-Solar-Open-100B.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class SolarOpenFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("solar-open", CallBody.JsonArguments)
    {
        SectionOpen = new("<|tool_calls|>"),
        SectionClose = new("<|calls|>"),
        Headers = [new("<|tool_call:begin|>«id»<|tool_call:name|>«name»<|tool_call:args|>")],
        Closes = [new("<|tool_call:end|>")],
        ContentMarks = ("<|content|>", "<|end|>"),
        BehindReasoning = "<|begin|>assistant",
        Markers =
        [
            "<|tool_calls|>", "<|calls|>", "<|tool_call:begin|>", "<|tool_call:name|>", "<|tool_call:args|>", "<|tool_call:end|>",
            "<|content|>", "<|begin|>", "<|end|>",
        ],
        Reasoning = new("<|think|>", "<|end|>") { ForcedClose = "<|end|>" },
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|tool_call:begin|>");
}
