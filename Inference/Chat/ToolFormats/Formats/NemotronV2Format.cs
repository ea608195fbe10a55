namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Nemotron Nano v2. Immutable; any thread.
/// Source: NVIDIA-Nemotron-Nano-v2.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class NemotronV2Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("nemotron-v2", CallBody.JsonCall)
    {
        SectionOpen = new("<TOOLCALL>~["),
        SectionClose = new("]~</TOOLCALL>"),
        Separator = new(", "),
        Markers = ["<TOOLCALL>", "</TOOLCALL>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<TOOLCALL>");
}
