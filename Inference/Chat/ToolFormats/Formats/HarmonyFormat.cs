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
    /// <summary>Before the name of a channel.</summary>
    public const string ChannelMark = "<|channel|>";

    /// <summary>Between header and body.</summary>
    public const string MessageMark = "<|message|>";

    /// <summary>Opening of the assistant's turn, with which prompts end.</summary>
    public const string AssistantStart = "<|start|>assistant";

    /// <inheritdoc/>
    public string Name => "harmony";

    /// <inheritdoc/>
    public bool IsIn(string template) =>
        template.Contains(ChannelMark, StringComparison.Ordinal) && template.Contains(MessageMark, StringComparison.Ordinal);

    /// <inheritdoc/>
    public IToolFormat Create(string template) => this;

    /// <inheritdoc/>
    public ReasoningFormat Reasoning { get; } = new("<|channel|>analysis<|message|>", "<|end|>") { IsInTemplate = true, ForcedClose = "<|end|>" };

    /// <inheritdoc/>
    public IReadOnlyList<string> PreservedMarkers { get; } = ["<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|constrain|>", "<|call|>", "<|return|>"];

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
        string.Concat(calls.Select(call => $"{ChannelMark}commentary to=functions.{call.Name} <|constrain|>json{MessageMark}{call.Arguments}<|call|>"));

    /// <inheritdoc/>
    public string RenderResult(string? name, string content) => content;

    /// <inheritdoc/>
    public IChatOutputParser CreateParser(ToolParseOptions options) => new HarmonyParser(options with { ParallelToolCalls = false });

    /// <inheritdoc/>
    public ToolGrammarResult CreateGrammar(ToolGrammarOptions options) => new HarmonyGrammar(options).Build();
}
