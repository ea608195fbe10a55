namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Models whose prompt asks for a list of Python calls: Llama 3.2 and 4, Gemma 3. Llama 4 may put it between marks. Immutable; any thread.
/// Source: tool_chat_template_llama3.2_pythonic.jinja, tool_chat_template_llama4_pythonic.jinja and tool_chat_template_gemma3_pythonic.jinja in
/// vLLM's examples, after Meta's model cards; the marks from its test_llama4_pythonic_tool_parser.py.
/// </summary>
internal sealed class LlamaPythonicFormat : FormatDescription
{
    /// <inheritdoc/>
    public override CallSyntax Syntax { get; } = List with
    {
        OnlyAtStart = true,
        Markers = ["<|python_start|>", "<|python_end|>"],
        Marked =
        [
            List with { Name = "llama-pythonic with a mark", SectionOpen = new("<|python_start|>~["), SectionClose = new("]~<|python_end|>") },
        ],
    };

    /// <summary>The list, wherever it stands.</summary>
    public static CallSyntax List { get; } = new("llama-pythonic", CallBody.Expression)
    {
        SectionOpen = new("["),
        SectionClose = new("]"),
        Headers = [new("«name»(")],
        Closes = [new(")")],
        Separator = new(", "),
        Parameter = new("«key»="),
        ParameterSeparator = ", ",
    };

    /// <inheritdoc/>
    public override bool IsIn(string template) => Has(template, "[func_name1(");
}
