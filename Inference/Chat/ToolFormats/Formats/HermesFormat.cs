namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Hermes 2 and 3, Qwen 2.5 and 3, QwQ, Granite 4, MiMo, Bielik, Reka. Immutable; any thread.
/// Source: NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja, Qwen-Qwen3-0.6B.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class HermesFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("hermes", CallBody.JsonCall)
    {
        Headers = [new("<tool_call>\n")],
        Closes = [new("\n</tool_call>")],
        Separator = new("\n"),
        Markers = ["<tool_call>", "</tool_call>"],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<tool_call>");
}
