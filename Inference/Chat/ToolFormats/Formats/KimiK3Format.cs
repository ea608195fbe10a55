namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Kimi K3. Immutable; any thread.
/// Source: Kimi-K3.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class KimiK3Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("kimi-k3", CallBody.Tagged)
    {
        SectionOpen = new("<|open|>tools<|sep|>"),
        SectionClose = new("<|close|>tools<|sep|>"),
        Headers = [new("<|open|>call tool=\"«name»\" index=\"«number»\"<|sep|>")],
        Closes = [new("<|close|>call<|sep|>")],
        Parameter = new("<|open|>argument key=\"«key»\" type=\"«type»\"<|sep|>"),
        ParameterClose = "<|close|>argument<|sep|>",
        ContentMarks = ("<|open|>response<|sep|>", "<|close|>response<|sep|>"),
        Dropped = ["<|close|>message<|sep|>"],
        Trigger = "<|open|>",
        NoCallBehindTrigger = ["response<|sep|>", "think<|sep|>"],
        Markers = ["<|open|>", "<|close|>", "<|sep|>"],
        Reasoning = new("<|open|>think<|sep|>", "<|close|>think<|sep|>") { ForcedClose = "<|close|>think<|sep|>" },
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|open|>", "<|sep|>");
}
