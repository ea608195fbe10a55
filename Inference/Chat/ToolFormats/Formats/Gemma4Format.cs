namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Gemma 4. Immutable; any thread.
/// Source: google-gemma-4-31B-it.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Gemma4Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("gemma-4", CallBody.Expression)
    {
        Headers = [new("<|tool_call>call:«name»{")],
        Closes = [new("}~<tool_call|>")],
        Parameter = new("«key»:"),
        ParameterSeparator = ",",
        Literals = LiteralSyntax.Gemma,
        Markers = ["<|tool_call>", "<tool_call|>", "<|\"|>", "<|channel>", "<channel|>"],
        Reasoning = new("<|channel>thought", "<channel|>") { ForcedClose = "\n<channel|>" },
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|tool_call>", "call:");
}
