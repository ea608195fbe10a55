namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Llama 4: the message is one call after the other. Immutable; any thread.
/// Source: the chat template in convert_llama4_weights_to_hf.py of the transformers library.
/// </summary>
internal sealed class Llama4JsonFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("llama-4", CallBody.JsonCall) { ArgumentsKey = "parameters", OnlyAtStart = true };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|header_start|>", "parameters");
}
