using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// Turns JSON Schema 2020-12 into a grammar. Works in five steps:
/// <list type="number">
/// <item><see cref="SchemaDocument"/> reads the schema within limits;</item>
/// <item><see cref="SchemaExpander"/> resolves references and merges what applies to the same value into alternatives;</item>
/// <item><see cref="SchemaGraph"/> does so for all places that are reached;</item>
/// <item><see cref="SchemaSizes"/> finds places that no value satisfies, and how short an answer can be;</item>
/// <item><see cref="SchemaEmitter"/> writes the grammar.</item>
/// </list>
/// What is written is narrower than the schema in form, never wider: members come in the order of <c>properties</c>, others behind
/// them; numbers as <see cref="NumberPatterns"/> says; texts that follow a pattern or format without needless escapes; white space
/// only after colons and commas. Stateless; request threads.
/// </summary>
internal sealed class JsonGrammarBuilder : IJsonGrammarBuilder
{
    private static readonly JsonElement AnyObject = JsonDocument.Parse("""{"type":"object"}"""u8.ToArray()).RootElement;

    /// <inheritdoc/>
    public GrammarBuildResult Build(OutputFormat format, ConstraintLimits limits)
    {
        JsonElement schema = format.Kind == OutputFormatKind.JsonObject ? AnyObject : format.Schema ?? AnyObject;
        (GrammarNode? root, SchemaProblem? problem, _) = Build(schema, format.Strict, SchemaMode.Enforce, limits);
        return ToResult(root, problem, format.Param);
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
        (GrammarNode? root, SchemaProblem? problem, IReadOnlyList<SchemaProblem> dropped) = Build(schema, false, SchemaMode.Report, limits);
        return (ToResult(root, problem, param), dropped);
    }

    private static GrammarBuildResult ToResult(GrammarNode? root, SchemaProblem? problem, string param) => problem is null
        ? new GrammarBuildResult(root, null)
        : new GrammarBuildResult(null, new EngineFailure(EngineFailureCode.InvalidSchema, problem.Message, param));

    private static (GrammarNode? Root, SchemaProblem? Problem, IReadOnlyList<SchemaProblem> Dropped) Build(
        JsonElement schema, bool isStrict, SchemaMode mode, ConstraintLimits limits)
    {
        // 1.
        (SchemaDocument? document, SchemaProblem? problem) = SchemaDocument.Read(schema);
        problem ??= isStrict ? StrictSubset.Check(document!) : null;
        if (problem is not null)
        {
            return (null, problem, []);
        }

        // 2. and 3.
        SchemaContext context = new(document!, mode, limits);
        SchemaGraph graph = new(context);
        SchemaNode root = graph.GetNode([new Term(document!.Root, false)]);
        List<SchemaNode> nodes = graph.Build(root);
        if (context.Problem is not null)
        {
            return (null, context.Problem, context.Dropped);
        }

        // 4.
        SchemaSizes.Compute(nodes);
        if (!SchemaSizes.CanBe(root))
        {
            return (null, new SchemaProblem("", FindCulprit(root, document.Root).Path, "no value satisfies it"), context.Dropped);
        }

        if (root.ShortestLength > limits.MaxTextBytes)
        {
            return (null, new SchemaProblem("", "#", $"the shortest answer has {root.ShortestLength} bytes, which do not fit the context of this model"), context.Dropped);
        }

        // 5.
        return (SchemaEmitter.Emit(root, nodes), null, context.Dropped);
    }

    /// <summary>The innermost schema that makes the whole impossible.</summary>
    private static SchemaLocation FindCulprit(SchemaNode root, SchemaLocation whole)
    {
        SchemaNode node = root;
        HashSet<SchemaNode> visited = [];
        while (visited.Add(node) && node.Alternatives is [var only])
        {
            SchemaNode? part = only switch
            {
                ObjectAlternative @object => @object.Named.FirstOrDefault(member => member.IsRequired && !SchemaSizes.CanBe(member.Value))?.Value,
                ArrayAlternative array => array.Prefix.Take(array.Min).Append(array.Rest).FirstOrDefault(item => item is not null && !SchemaSizes.CanBe(item)),
                _ => null,
            };
            if (part is null || part.Terms.Count == 0)
            {
                break;
            }

            node = part;
        }

        return node.Terms.Count == 0 ? whole : node.Terms[0].Schema;
    }
}
