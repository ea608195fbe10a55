namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// LFM2 and LFM2.5. Immutable; any thread.
/// Source: LFM2-8B-A1B.jinja, LFM2.5-Instruct.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Lfm2Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = LlamaPythonicFormat.List with
    {
        Name = "lfm2",
        SectionOpen = new("<|tool_call_start|>~["),
        SectionClose = new("]~<|tool_call_end|>"),
        Markers = ["<|tool_call_start|>", "<|tool_call_end|>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|tool_call_start|>") || Has(template, "<|tool_list_start|>") || Has(template, "List of tools: [", "<|im_start|>");
}
