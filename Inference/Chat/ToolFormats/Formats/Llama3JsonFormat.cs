namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Llama 3.1 to 3.3: the whole message is one call, or one stands behind a mark. Immutable; any thread.
/// Source: meta-llama-Llama-3.1-8B-Instruct.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class Llama3JsonFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("llama-3", CallBody.JsonCall)
    {
        ArgumentsKey = "parameters",
        OnlyAtStart = true,
        SingleCall = true,
        Markers = ["<|python_tag|>"],
        Marked =
        [
            new("llama-3 with a mark", CallBody.JsonCall) { Headers = [new("<|python_tag|>")], ArgumentsKey = "parameters", SingleCall = true },
            new("llama-3 built-in tools", CallBody.Expression)
            {
                Headers = [new("<|python_tag|>«name».call(")],
                Closes = [new(")")],
                Parameter = new("«key»="),
                ParameterSeparator = ", ",
                SingleCall = true,
            },
        ],
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|start_header_id|>", "parameters");
}
