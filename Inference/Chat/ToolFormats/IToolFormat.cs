using MistralServe.Inference.Chat.Reasoning;
using MistralServe.Inference.Chat.ToolFormats.Parsing;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>
/// How a family of models writes tool calls and reasoning: what the parser looks for and what the constraint allows come from the
/// one description behind it. Immutable; any thread.
/// </summary>
internal interface IToolFormat
{
    /// <summary>Name for logs and <c>/props</c>, for example <c>hermes</c>.</summary>
    string Name { get; }

    /// <summary>How reasoning is marked.</summary>
    ReasoningFormat Reasoning { get; }

    /// <summary>
    /// Texts that parser and constraint need to see. Where one is a single control token, whose text the output otherwise lacks,
    /// the engine has to emit its text: <see cref="MarkerTokens"/> finds out which are.
    /// </summary>
    IReadOnlyList<string> PreservedMarkers { get; }

    /// <summary>Whether the model's template tells the model of tools; if not, the caller adds <see cref="DescribeTools"/> to the system text.</summary>
    bool TemplateDescribesTools { get; }

    /// <summary>Whether the model's template renders past calls; if not, the caller puts them into the assistant's text by <see cref="RenderCalls"/>.</summary>
    bool TemplateRendersCalls { get; }

    /// <summary>Whether the model's template knows the role of results; if not, the caller puts them into user messages by <see cref="RenderResult"/>.</summary>
    bool TemplateRendersResults { get; }

    /// <summary>Whether the template takes one call a message only: a message with more has to be split.</summary>
    bool SingleCall { get; }

    /// <summary>
    /// The id of a call as the template accepts it: some raise an exception for ids of another length or alphabet. The same id
    /// always gives the same result.
    /// </summary>
    string ToTemplateId(string id);

    /// <summary>Text for the system message that tells the model which tools there are and how to call one.</summary>
    string DescribeTools(IReadOnlyList<ChatTool> tools, ToolChoice choice, bool parallelToolCalls);

    /// <summary>Past calls, as the model would have written them.</summary>
    string RenderCalls(IReadOnlyList<ChatToolCall> calls);

    /// <summary>The result of a call, for a user message.</summary>
    /// <param name="name">Name of the tool; null when it is not known.</param>
    /// <param name="content">What it gave.</param>
    string RenderResult(string? name, string content);

    /// <summary>A parser for one choice.</summary>
    IncrementalParser CreateParser(ToolParseOptions options);

    /// <summary>
    /// The language of the answer. Compile it by <see cref="GrammarCompiler"/>.
    /// </summary>
    /// <returns>
    /// The grammar; or neither grammar nor failure when nothing needs to be enforced (no tools, free answer); or the failure of a
    /// tool's schema, with the field to blame.
    /// </returns>
    ToolGrammarResult CreateGrammar(ToolGrammarOptions options);
}
