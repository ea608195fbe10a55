using System.Text;
using System.Text.Json;
using MistralServe.Inference.Chat.Reasoning;
using MistralServe.Inference.Chat.ToolFormats.Grammars;
using MistralServe.Inference.Chat.ToolFormats.Parsing;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>A format that a <see cref="FormatDescription"/> describes, as a template has it. Immutable; any thread.</summary>
internal sealed class BlockFormat(CallSyntax syntax, ReasoningFormat reasoning) : IToolFormat
{
    /// <summary>How calls are written.</summary>
    public CallSyntax Syntax { get; } = syntax;

    /// <inheritdoc/>
    public string Name => Syntax.Name;

    /// <inheritdoc/>
    public ReasoningFormat Reasoning { get; } = reasoning;

    /// <inheritdoc/>
    public IReadOnlyList<string> PreservedMarkers { get; } = [.. syntax.Markers, reasoning.Open, reasoning.Close];

    /// <inheritdoc/>
    public required bool TemplateDescribesTools { get; init; }

    /// <inheritdoc/>
    public required bool TemplateRendersCalls { get; init; }

    /// <inheritdoc/>
    public required bool TemplateRendersResults { get; init; }

    /// <inheritdoc/>
    public bool SingleCall => Syntax.SingleCall;

    /// <inheritdoc/>
    public string ToTemplateId(string id) => CallIds.Adapt(id, Syntax.IdRule);

    /// <inheritdoc/>
    public string DescribeTools(IReadOnlyList<ChatTool> tools, ToolChoice choice, bool parallelToolCalls)
    {
        var text = new StringBuilder("You can call tools. Each line describes one as a JSON object:\n");
        foreach (ChatTool tool in tools)
        {
            text.Append(Describe(tool)).Append('\n');
        }

        var example = new ChatToolCall("000000000", "tool-name", """{"argument-name": "value"}""");
        text.Append("\nTo call a tool, write nothing but this, with the tool's name and its arguments:\n").Append(CallWriter.Write(Syntax, [example])).Append('\n');
        if (parallelToolCalls && !SingleCall)
        {
            text.Append("To call several, write:\n").Append(CallWriter.Write(Syntax, [example, example])).Append('\n');
        }

        return text.Append(choice.Mode == ToolChoiceMode.Required ? "You must call a tool now." : "If no tool is needed, answer as usual.").ToString();
    }

    /// <inheritdoc/>
    public string RenderCalls(IReadOnlyList<ChatToolCall> calls) => CallWriter.Write(Syntax, calls);

    /// <inheritdoc/>
    public string RenderResult(string? name, string content) => name is null ? $"Result of the tool:\n{content}" : $"Result of the tool {name}:\n{content}";

    /// <inheritdoc/>
    public IncrementalParser CreateParser(ToolParseOptions options)
    {
        if (Syntax.SingleCall)
        {
            options = options with { ParallelToolCalls = false };
        }

        if (!options.SplitReasoning)
        {
            return new CallParser(Syntax, options);
        }

        // A call may have ended the reasoning before the model does.
        CallSyntax syntax = Reasoning.Interrupts.Count == 0 ? Syntax : Syntax with { Dropped = [.. Syntax.Dropped, Reasoning.Close] };
        return new ReasoningSplitter(Reasoning, Reasoning.IsOpen(options.PromptEnd), new CallParser(syntax, options));
    }

    /// <inheritdoc/>
    public ToolGrammarResult CreateGrammar(ToolGrammarOptions options) => new BlockGrammar(Syntax, Reasoning, options).Build();

    // What the template of another model would say: name, description and parameters, as the request had them.
    private static string Describe(ChatTool tool)
    {
        string description = tool.Description is null ? "" : $", \"description\": {CallWriter.JsonString(tool.Description)}";
        string parameters = tool.Parameters is { } schema && schema.ValueKind != JsonValueKind.Null ? schema.GetRawText().ReplaceLineEndings(" ") : "{}";
        return $"{{\"name\": {CallWriter.JsonString(tool.Name)}{description}, \"parameters\": {parameters}}}";
    }
}
