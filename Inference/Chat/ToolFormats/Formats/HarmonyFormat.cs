using MistralServe.Inference.Chat.Reasoning;
using MistralServe.Inference.Chat.ToolFormats.Grammars;
using MistralServe.Inference.Chat.ToolFormats.Parsing;

namespace MistralServe.Inference.Chat.ToolFormats.Formats;

/// <summary>
/// Harmony, the format of gpt-oss: an answer is a row of messages in channels. Its templates render tools, calls and results. A
/// call ends the generation, so an answer has one at most. Source: openai-gpt-oss-120b.jinja in llama.cpp's models/templates. Immutable; any thread.
/// </summary>
internal sealed class HarmonyFormat : IFormatDescription, IToolFormat
{
    /// <inheritdoc/>
    public string Name => "harmony";

    /// <inheritdoc/>
    public bool IsIn(string template) =>
        template.Contains(HarmonySyntax.Channel, StringComparison.Ordinal) && template.Contains(HarmonySyntax.Message, StringComparison.Ordinal);

    /// <inheritdoc/>
    public IToolFormat Create(string template) => this;

    /// <inheritdoc/>
    public ReasoningFormat Reasoning { get; } = new(HarmonySyntax.ReasoningHeader, HarmonySyntax.End) { IsInTemplate = true, ForcedClose = HarmonySyntax.End };

    /// <inheritdoc/>
    public IReadOnlyList<string> PreservedMarkers => HarmonySyntax.Marks;

    /// <inheritdoc/>
    public bool TemplateDescribesTools => true;

    /// <inheritdoc/>
    public bool TemplateRendersCalls => true;

    /// <inheritdoc/>
    public bool TemplateRendersResults => true;

    /// <inheritdoc/>
    public bool SingleCall => true;

    /// <inheritdoc/>
    public string ToTemplateId(string id) => id;

    /// <inheritdoc/>
    public string DescribeTools(IReadOnlyList<ChatTool> tools, ToolChoice choice, bool parallelToolCalls) => "";

    /// <inheritdoc/>
    public string RenderCalls(IReadOnlyList<ChatToolCall> calls) =>
        string.Concat(calls.Select(call => HarmonySyntax.CallHeader(call.Name) + call.Arguments + HarmonySyntax.Call));

    /// <inheritdoc/>
    public string RenderResult(string? name, string content) => content;

    /// <inheritdoc/>
    public IncrementalParser CreateParser(ToolParseOptions options) => new HarmonyParser(options with { ParallelToolCalls = false });

    /// <inheritdoc/>
    public ToolGrammarResult CreateGrammar(ToolGrammarOptions options) => new HarmonyGrammar(options).Build();
}
