using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints;

/// <summary>Turns a JSON Schema, or the wish for any JSON object, into a grammar. Stateless; request threads.</summary>
internal interface IJsonGrammarBuilder
{
    /// <summary>
    /// Builds the grammar.
    /// </summary>
    /// <param name="format">Kind <see cref="OutputFormatKind.JsonSchema"/> or <see cref="OutputFormatKind.JsonObject"/>.</param>
    /// <param name="limits">What may be spent.</param>
    GrammarBuildResult Build(OutputFormat format, ConstraintLimits limits);
}

/// <summary>A grammar, or why there is none, or neither where there is nothing to enforce.</summary>
/// <param name="Root">The language.</param>
/// <param name="Failure">Why there is none, with the field to blame.</param>
internal sealed record GrammarBuildResult(GrammarNode? Root, EngineFailure? Failure)
{
    /// <summary>Keywords of schemas that the language does not hold an answer to, each with field and path.</summary>
    public IReadOnlyList<string> Unenforced { get; init; } = [];
}
