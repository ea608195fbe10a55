namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Apertus: the name is the key. Immutable; any thread.
/// Source: Apertus-8B-Instruct.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class ApertusFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("apertus", CallBody.JsonCall)
    {
        SectionOpen = new("<|tools_prefix|>~["),
        SectionClose = new("]~<|tools_suffix|>"),
        Separator = new(", "),
        NameKey = null,
        Markers = ["<|tools_prefix|>", "<|tools_suffix|>"],
        Reasoning = new("<|inner_prefix|>", "<|inner_suffix|>") { ForcedClose = "<|inner_suffix|>" },
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|tools_prefix|>");
}
