using System.Text.Json;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// A schema with everything merged that applies to the same value. Made in four steps:
/// <list type="number">
/// <item><see cref="SchemaDocument"/> reads the schema within limits;</item>
/// <item><see cref="SchemaExpander"/> resolves references and merges what applies to one value into alternatives;</item>
/// <item><see cref="SchemaGraph"/> does so for all places that are reached;</item>
/// <item><see cref="SchemaSizes"/> finds places that no value satisfies, and how short an answer can be.</item>
/// </list>
/// Immutable.
/// </summary>
/// <param name="Root">The place of the whole value; null when there is a problem.</param>
/// <param name="Nodes">All places reached from it.</param>
/// <param name="Problem">Why the schema is refused; null when it is not.</param>
/// <param name="Dropped">What was dropped, in <see cref="SchemaMode.Report"/>.</param>
internal sealed record MergedSchema(SchemaNode? Root, IReadOnlyList<SchemaNode> Nodes, SchemaProblem? Problem, IReadOnlyList<SchemaProblem> Dropped)
{
    /// <summary>Reads and merges a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isStrict">Whether it must lie in <see cref="StrictSubset"/>.</param>
    /// <param name="mode">What happens to keywords that cannot be enforced.</param>
    /// <param name="limits">What may be spent.</param>
    public static MergedSchema Create(JsonElement schema, bool isStrict, SchemaMode mode, ConstraintLimits limits)
    {
        // 1.
        (SchemaDocument? document, SchemaProblem? problem) = SchemaDocument.Read(schema);
        problem ??= isStrict ? StrictSubset.Check(document!) : null;
        if (problem is not null)
        {
            return Refuse(problem, []);
        }

        // 2. and 3.
        SchemaContext context = new(document!, mode, limits);
        SchemaGraph graph = new(context);
        SchemaNode root = graph.GetNode([new Term(document!.Root, false)]);
        List<SchemaNode> nodes = graph.Build(root);
        if (context.Problem is null)
        {
            // 4.
            SchemaSizes.Compute(nodes, context);
        }

        if (context.Problem is not null)
        {
            return Refuse(context.Problem, context.Dropped);
        }

        if (!SchemaSizes.CanBe(root))
        {
            return Refuse(new SchemaProblem("", FindCulprit(root, document.Root).Path, "no value satisfies it"), context.Dropped);
        }

        return root.ShortestLength > limits.MaxTextBytes
            ? Refuse(new SchemaProblem("", "#", $"the shortest answer has {root.ShortestLength} bytes, which do not fit the context of this model"), context.Dropped)
            : new MergedSchema(root, nodes, null, context.Dropped);
    }

    private static MergedSchema Refuse(SchemaProblem problem, IReadOnlyList<SchemaProblem> dropped) => new(null, [], problem, dropped);

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
