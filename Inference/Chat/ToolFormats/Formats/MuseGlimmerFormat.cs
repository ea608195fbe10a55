namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Muse Glimmer: every part of an answer names its reader. Immutable; any thread.
/// Source: muse-glimmer.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class MuseGlimmerFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("muse-glimmer", CallBody.Tagged)
    {
        Headers = [new(" to=«name»<|message|>~<atem:function_calls>\n<atem:invoke name=\"«name»\">\n")],
        Closes = [new("</atem:invoke>\n</atem:function_calls>~<|eom|>"), new("</atem:invoke>\n</atem:function_calls>")],
        Separator = new("<|start|>assistant"),
        Parameter = new("<atem:parameter name=\"«key»\">"),
        ParameterClose = "</atem:parameter>",
        ParameterSeparator = "\n",
        ContentMarks = (" to=user<|message|>", ""),
        BehindReasoning = "<|start|>assistant",
        Dropped = ["to=user<|message|>", "<|message|>", "<|eom|>"],
        NoCallBehindTrigger = ["user<|message|>", "self<|message|>"],
        Markers = ["<|start|>", "<|message|>", "<|eom|>"],
        Reasoning = new("to=self<|message|>", "<|eom|>") { ForcedClose = "<|eom|>" },
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<atem:");
}
