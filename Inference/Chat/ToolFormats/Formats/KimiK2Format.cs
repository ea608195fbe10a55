using MistralServe.Inference.Chat.Reasoning;

namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Kimi K2; calls may begin inside its reasoning. Immutable; any thread.
/// Source: Kimi-K2-Instruct.jinja, Kimi-K2-Thinking.jinja in llama.cpp's models/templates.
/// </summary>
internal sealed class KimiK2Format : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = new("kimi-k2", CallBody.JsonArguments)
    {
        SectionOpen = new("<|tool_calls_section_begin|>"),
        SectionClose = new("<|tool_calls_section_end|>"),
        Headers = [new("<|tool_call_begin|>functions.«name»:«index»<|tool_call_argument_begin|>")],
        Closes = [new("<|tool_call_end|>")],
        Id = new("functions.«name»:«index»"),
        Markers = ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>", "<|tool_call_begin|>", "<|tool_call_argument_begin|>", "<|tool_call_end|>"],
        Reasoning = ReasoningFormat.Think with { Interrupts = ["<|tool_calls_section_begin|>", "<|tool_call_begin|>"] },
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "<|tool_calls_section_begin|>");
}
