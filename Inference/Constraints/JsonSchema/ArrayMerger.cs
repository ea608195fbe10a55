namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// Puts together what several schemas say of the items of one array: for each place, all that apply to it. Belongs to one
/// compilation.
/// </summary>
internal sealed class ArrayMerger(SchemaContext context, SchemaGraph graph)
{
    /// <summary>Most constants that distinct items are chosen from. Ours: the grammar has 2^n places.</summary>
    private const int MostSelected = 8;

    /// <summary>Most items among which one is singled out while all are counted. Ours: the grammar has an alternative for each.</summary>
    private const int MostPlaces = 20;

    /// <summary>The array of a branch; null when there is none, or the schema is refused.</summary>
    public Alternative? Merge(Branch branch)
    {
        int prefixLength = branch.Parts.Select(part => part switch
        {
            ItemsClaim items => items.Term.Schema.Find("prefixItems")?.List.Count ?? 0,
            ItemClaim { Index: { } index } => index + 1,
            _ => 0,
        }).Append(0).Max();
        List<SchemaNode> prefix = [];
        int? max = branch.Max;
        for (int i = 0; i < prefixLength && !(i >= max); i++)
        {
            SchemaNode node = GetNode(branch, i);
            if (node == graph.Never)
            {
                max = i;
                break;
            }

            prefix.Add(node);
        }

        SchemaNode? rest = max <= prefix.Count ? null : GetNode(branch, null);
        if (rest == graph.Never)
        {
            rest = null;
            max = max is null ? prefix.Count : Math.Min(max.Value, prefix.Count);
        }

        if (context.Problem is not null || max < branch.Min)
        {
            return null;
        }

        return AddContained(branch, prefix, rest, max);
    }

    private Alternative? AddContained(Branch branch, List<SchemaNode> prefix, SchemaNode? rest, int? max)
    {
        ContainsClaim[] claims = [.. branch.Parts.OfType<ContainsClaim>()];
        ArrayAlternative array = new(prefix, rest, branch.Min, max, null);
        foreach (ContainsClaim claim in claims)
        {
            if (prefix.Count > 0 || array.Contained is not null || claim.Min > MostPlaces)
            {
                if (!context.Drop(claim.Source.Problem("contains", "it is only alone, for arrays without prefixItems, and up to a small number")))
                {
                    return null;
                }
            }
            else if (rest is null)
            {
                array = claim.Min > 0 ? array with { Min = 1, Max = 0 } : array;
            }
            else if (AddContained(array, rest, claim) is { } contained)
            {
                array = contained;
            }
            else if (!context.Drop(claim.Source.Problem("contains", "together with these minItems and maxItems it cannot be counted")))
            {
                return null;
            }
        }

        return array.Max < array.Min ? null : AddUnique(branch, array, claims.Length > 0);
    }

    /// <summary>The array with some items singled out; null where they and all items cannot both be counted.</summary>
    private ArrayAlternative? AddContained(ArrayAlternative array, SchemaNode rest, ContainsClaim claim)
    {
        SchemaNode node = graph.GetNode([.. rest.Terms, new Term(claim.Schema, claim.IsNegated)]);
        if (claim.Max is null)
        {
            bool isCounted = claim.Min == 1 ? Math.Max(array.Min, array.Max ?? 0) <= MostPlaces : array.Min <= claim.Min && array.Max is null;
            return isCounted ? array with { Contained = new ContainedItems(node, claim.Min, null) } : null;
        }

        if (array.Min > claim.Min || array.Max is not null)
        {
            return null;
        }

        SchemaNode others = graph.GetNode([.. rest.Terms, new Term(claim.Schema, !claim.IsNegated)]);
        return claim.Max < claim.Min ? array with { Min = 1, Max = 0 }
            : array with { Min = 0, Rest = others, Contained = new ContainedItems(node, claim.Min, claim.Max) };
    }

    private Alternative? AddUnique(Branch branch, ArrayAlternative array, bool hasContained)
    {
        UniqueClaim? unique = branch.Parts.OfType<UniqueClaim>().FirstOrDefault();
        if (unique is null || array.Max <= 1)
        {
            return array;
        }

        if (!hasContained && array.Prefix.Count == 0 && array.Rest is not null && GetConstants(array.Rest) is { } texts)
        {
            int most = Math.Min(array.Max ?? texts.Count, texts.Count);
            return most < branch.Min ? null : new SelectionAlternative(texts, branch.Min, most);
        }

        return context.Drop(unique.Source.Problem("uniqueItems", $"items are only kept distinct where they are at most {MostSelected} constants")) ? array : null;
    }

    private List<string>? GetConstants(SchemaNode node)
    {
        List<string> texts = [];
        foreach (Alternative alternative in graph.ExpandAll(node))
        {
            if (alternative is not TextsAlternative constants || texts.Count + constants.Texts.Count > MostSelected)
            {
                return null;
            }

            texts.AddRange(constants.Texts);
        }

        return texts;
    }

    /// <summary>What the item at a place satisfies; null for the places behind all that are told apart.</summary>
    private SchemaNode GetNode(Branch branch, int? index)
    {
        List<Term> terms = [];
        HashSet<Term> evaluating = new(ReferenceEqualityComparer.Instance);
        foreach (Claim part in branch.Parts)
        {
            if (part is ItemsClaim items)
            {
                IReadOnlyList<SchemaLocation> prefix = items.Term.Schema.Find("prefixItems")?.List ?? [];
                SchemaLocation? schema = index < prefix.Count ? prefix[index.Value] : items.Term.Schema.Find("items")?.Schema;
                if (schema is not null)
                {
                    terms.Add(new Term(schema, false));
                    evaluating.Add(items.Term);
                }
            }
            else if (part is ItemClaim item && (item.Index is null || item.Index == index))
            {
                terms.Add(new Term(item.Schema, item.IsNegated));
            }
        }

        UnevaluatedClaim[] claims = [.. branch.Parts.OfType<UnevaluatedClaim>()];
        foreach (UnevaluatedClaim claim in claims)
        {
            bool isEvaluated = evaluating.Any(term => term.CountsFor(claim.Term))
                || claims.Any(inner => !ReferenceEquals(inner.Term, claim.Term) && inner.Term.CountsFor(claim.Term));
            if (!isEvaluated)
            {
                terms.Add(new Term(claim.Schema, false));
            }
        }

        return graph.GetNode(terms);
    }
}
