using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// Turns JSON Schema 2020-12 into a grammar. <see cref="MergedSchema"/> says how;
/// <see cref="SchemaEmitter"/> writes the result down.
/// <para>
/// What is written is narrower than the schema in form, never wider: members come in the order of <c>properties</c>, others behind
/// them; numbers as <see cref="NumberPatterns"/> says; texts that follow a pattern or format without needless escapes; white space
/// only after colons and commas.
/// </para>
/// Stateless; request threads.
/// </summary>
internal sealed class JsonGrammarBuilder : IJsonGrammarBuilder
{
    private static readonly JsonElement AnyObject = JsonDocument.Parse("""{"type":"object"}"""u8.ToArray()).RootElement;

    /// <inheritdoc/>
    public GrammarBuildResult Build(OutputFormat format, ConstraintLimits limits)
    {
        JsonElement schema = format.Kind == OutputFormatKind.JsonObject ? AnyObject : format.Schema ?? AnyObject;
        MergedSchema merged = MergedSchema.Create(schema, format.Strict, SchemaMode.Enforce, limits);
        return ToResult(merged, format.Param);
    }

    /// <summary>
    /// Builds the grammar of a tool's parameters that the model may or may not use: keywords that cannot be enforced are dropped.
    /// </summary>
    /// <param name="schema">The parameters.</param>
    /// <param name="param">Request field to blame when it is no schema at all.</param>
    /// <param name="limits">What may be spent.</param>
    /// <returns>The grammar, or why there is none; and what was dropped, each with keyword and path.</returns>
    public static (GrammarBuildResult Result, IReadOnlyList<SchemaProblem> Dropped) BuildLenient(JsonElement schema, string param, ConstraintLimits limits)
    {
        MergedSchema merged = MergedSchema.Create(schema, false, SchemaMode.Report, limits);
        return (ToResult(merged, param), merged.Dropped);
    }

    // The sentence names the field: not every protocol has another place for it.
    private static GrammarBuildResult ToResult(MergedSchema merged, string param) => merged.Problem is { } problem
        ? new GrammarBuildResult(null, new EngineFailure(EngineFailureCode.InvalidSchema, $"'{param}': {problem.Message}", param))
        : new GrammarBuildResult(SchemaEmitter.Emit(merged.Root!, merged.Nodes), null);
}
