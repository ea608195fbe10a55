namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Firefunction 2. Immutable; any thread.
/// Source: fireworks-ai-llama-3-firefunction-v2.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Firefunction2Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("firefunction-2", CallBody.JsonCall)
    {
        SectionOpen = new("functools~["),
        SectionClose = new("]"),
        Separator = new(", "),
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "functools[");
}
