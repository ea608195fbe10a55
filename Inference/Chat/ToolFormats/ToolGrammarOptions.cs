using System.Text.Json;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>
/// Builds the grammar of a value that a tool takes.
/// </summary>
/// <param name="tool">The tool, for the decision whether keywords that cannot be enforced are dropped and for the field to blame.</param>
/// <param name="schema">Schema of the value: all parameters, or one of them with the definitions of the whole schema.</param>
internal delegate GrammarBuildResult ToolSchemaGrammar(ChatTool tool, JsonElement schema);

/// <summary>What a constraint of an answer needs to know of its request. Immutable.</summary>
internal sealed record ToolGrammarOptions
{
    /// <summary>Tools that may be called.</summary>
    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>Whether at least one of the tools must be called.</summary>
    public bool Required { get; init; }

    /// <summary>Whether an answer may have several calls.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>Language of the answer where no tool is called (<c>response_format</c>), reasoning not included; null means free text.</summary>
    public GrammarNode? Answer { get; init; }

    /// <inheritdoc cref="ToolParseOptions.PromptEnd"/>
    public required string PromptEnd { get; init; }

    /// <summary>The format's markers in the model's vocabulary.</summary>
    public required MarkerTokens Markers { get; init; }

    /// <summary>Compiles schemas.</summary>
    public required ToolSchemaGrammar Schema { get; init; }
}

/// <summary>The language of an answer, or why there is none, or neither when everything is allowed.</summary>
/// <param name="Root">The language.</param>
/// <param name="Failure">Why there is none, with the field to blame.</param>
internal sealed record ToolGrammarResult(GrammarNode? Root, EngineFailure? Failure);
