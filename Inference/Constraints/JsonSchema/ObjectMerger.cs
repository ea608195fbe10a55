using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// Puts together what several schemas say of the members of one object: for each name, all that apply to it. Belongs to one
/// compilation.
/// </summary>
internal sealed class ObjectMerger(SchemaContext context, SchemaGraph graph)
{
    /// <summary>The object of a branch; null when there is none, or the schema is refused.</summary>
    public ObjectAlternative? Merge(Branch branch)
    {
        (bool hasNames, Pattern? allowedNames) = MergeNames(branch);
        if (hasNames && allowedNames is null)
        {
            return null;
        }

        List<string> names = GetNames(branch);
        HashSet<string> required = new(branch.Required, StringComparer.Ordinal);
        List<NamedMember> members = [];
        foreach (string name in names)
        {
            SchemaNode value = GetNode(branch, name, allowedNames);
            if (context.Problem is not null || (value == graph.Never && required.Contains(name)))
            {
                return null;
            }

            if (value != graph.Never)
            {
                members.Add(new NamedMember(name, value, required.Contains(name)));
            }
        }

        // Members that must be there may leave no room for others.
        if (branch.Max <= required.Count)
        {
            return branch.Max < required.Count ? null : new ObjectAlternative([.. members.Where(member => member.IsRequired)], [], 0, null);
        }

        List<OtherMembers> extra = MergeExtra(branch, names, allowedNames);
        return context.Problem is null ? Count(branch, members, required.Count, extra) : null;
    }

    private ObjectAlternative? Count(Branch branch, List<NamedMember> members, int requiredCount, List<OtherMembers> extra)
    {
        int min = branch.Min <= requiredCount ? 0 : branch.Min;
        if (extra.Count == 0)
        {
            int? max = branch.Max < members.Count ? branch.Max : null;
            return min > members.Count ? null : new ObjectAlternative(members, extra, min, max);
        }

        // Two members whose names are free may have the same name, and then count as one.
        if (min > requiredCount + 1)
        {
            CountClaim source = branch.MinSource!;
            if (!context.Drop(source.Source.Problem(source.Keyword, "members with free names could repeat a name, so that only one of them can be counted on; name the members under properties and require them")))
            {
                return null;
            }

            min = 0;
        }

        return new ObjectAlternative(members, extra, min, branch.Max);
    }

    /// <summary>All names that some schema mentions, in order of the document; those only required come last.</summary>
    private static List<string> GetNames(Branch branch)
    {
        List<string> names = [];
        HashSet<string> known = new(StringComparer.Ordinal);
        void Add(string name)
        {
            if (known.Add(name))
            {
                names.Add(name);
            }
        }

        foreach (Claim part in branch.Parts)
        {
            if (part is MembersClaim members)
            {
                foreach ((string name, _) in members.Term.Schema.Find("properties")?.Map?.Entries ?? [])
                {
                    Add(name);
                }
            }
            else if (part is MemberClaim member)
            {
                Add(member.Name);
            }
        }

        branch.Required.ForEach(Add);
        foreach (string name in branch.Absent.Order(StringComparer.Ordinal))
        {
            Add(name);
        }

        return names;
    }

    /// <summary>The names that <c>propertyNames</c> allow: whether there are any such rules, and the names; null for none.</summary>
    private (bool HasNames, Pattern? Names) MergeNames(Branch branch)
    {
        Term[] terms = [.. branch.Parts.OfType<NamesClaim>().Select(claim => new Term(claim.Schema, false))];
        if (terms.Length == 0)
        {
            return (false, null);
        }

        Pattern texts = graph.GetTexts(terms);
        return (true, context.Problem is not null ? null : texts);
    }

    private SchemaNode GetNode(Branch branch, string name, Pattern? allowedNames)
    {
        if (branch.Absent.Contains(name))
        {
            return graph.Never;
        }

        if (allowedNames is not null)
        {
            SchemaLocation source = branch.Parts.OfType<NamesClaim>().First().Schema;
            if (Matches(allowedNames, name, source, "propertyNames") is not true)
            {
                return graph.Never;
            }
        }

        List<Term> terms = [];
        HashSet<Term> evaluating = new(ReferenceEqualityComparer.Instance);
        foreach (Claim part in branch.Parts)
        {
            if (part is MembersClaim members)
            {
                AddMember(members.Term, name, terms, evaluating);
            }
            else if (part is MemberClaim member && member.Name == name)
            {
                terms.Add(new Term(member.Schema, member.IsNegated));
            }
        }

        AddUnevaluated(branch, terms, evaluating);
        return graph.GetNode(terms);
    }

    private void AddMember(Term term, string name, List<Term> terms, HashSet<Term> evaluating)
    {
        if (!context.TryStep())
        {
            return;
        }

        bool isEvaluated = false;
        if (term.Schema.Find("properties")?.Map?.Find(name) is { } named)
        {
            terms.Add(new Term(named, false));
            isEvaluated = true;
        }

        foreach ((string source, SchemaLocation schema) in term.Schema.Find("patternProperties")?.Map?.Entries ?? [])
        {
            if (GetNamePattern(term, source) is { } pattern && Matches(pattern, name, term.Schema, "patternProperties") is true)
            {
                terms.Add(new Term(schema, false));
                isEvaluated = true;
            }
        }

        if (!isEvaluated && term.Schema.Find("additionalProperties")?.Schema is { } additional)
        {
            terms.Add(new Term(additional, false));
            isEvaluated = true;
        }

        if (isEvaluated)
        {
            evaluating.Add(term);
        }
    }

    /// <summary>Adds the schemas for what nothing evaluates; an <c>unevaluatedProperties</c> inside evaluates it for those outside.</summary>
    private static void AddUnevaluated(Branch branch, List<Term> terms, HashSet<Term> evaluating)
    {
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
    }

    /// <summary>The kinds of names that no schema names, each with what applies to it.</summary>
    private List<OtherMembers> MergeExtra(Branch branch, List<string> names, Pattern? allowedNames)
    {
        List<(Term Term, string Source, SchemaLocation Schema)> rules = [];
        foreach (MembersClaim members in branch.Parts.OfType<MembersClaim>())
        {
            rules.AddRange((members.Term.Schema.Find("patternProperties")?.Map?.Entries ?? []).Select(entry => (members.Term, entry.Name, entry.Schema)));
        }

        Pattern? start = names.Count == 0 ? null : Pattern.Not(Pattern.Strings(names));
        start = allowedNames is null ? start : start is null ? allowedNames : Pattern.AllOf([start, allowedNames]);
        List<(Pattern? Names, HashSet<string> Sources)> kinds = [(start, [])];
        foreach (string source in rules.Select(rule => rule.Source).Distinct())
        {
            Term term = rules.First(rule => rule.Source == source).Term;
            if (GetNamePattern(term, source) is not { } pattern)
            {
                continue;
            }

            kinds = [.. kinds.SelectMany(kind => Split(kind, source, pattern)).Where(kind => kind.Names is null || !context.Patterns.IsEmpty(kind.Names))];
            if (kinds.Count > SchemaLimits.NameKinds)
            {
                context.Drop(term, "patternProperties", "its patterns overlap in too many ways");
                return [];
            }
        }

        bool isNarrow = allowedNames is not null;
        List<OtherMembers> extra = [];
        foreach ((Pattern? kindNames, HashSet<string> sources) in kinds)
        {
            SchemaNode node = GetExtraNode(branch, rules, sources);
            if (node != graph.Never && !(kindNames is not null && allowedNames is not null && context.Patterns.IsEmpty(kindNames)))
            {
                extra.Add(new OtherMembers(kindNames, isNarrow || sources.Count > 0, node));
            }
        }

        return Unite(extra);
    }

    private static IEnumerable<(Pattern? Names, HashSet<string> Sources)> Split((Pattern? Names, HashSet<string> Sources) kind, string source, Pattern pattern)
    {
        yield return (kind.Names is null ? Pattern.Not(pattern) : Pattern.AllOf([kind.Names, Pattern.Not(pattern)]), kind.Sources);
        yield return (kind.Names is null ? pattern : Pattern.AllOf([kind.Names, pattern]), [.. kind.Sources, source]);
    }

    /// <summary>Kinds with equal values are one.</summary>
    private static List<OtherMembers> Unite(List<OtherMembers> kinds) => [.. kinds.GroupBy(kind => kind.Value).Select(group => group.Count() == 1
        ? group.First()
        : new OtherMembers(Pattern.AnyOf([.. group.Select(kind => kind.Names ?? Pattern.AnyText)]), group.All(kind => kind.IsNarrow), group.Key))];

    private SchemaNode GetExtraNode(Branch branch, List<(Term Term, string Source, SchemaLocation Schema)> rules, HashSet<string> sources)
    {
        List<Term> terms = [];
        HashSet<Term> evaluating = new(ReferenceEqualityComparer.Instance);
        foreach (MembersClaim members in branch.Parts.OfType<MembersClaim>())
        {
            bool isEvaluated = false;
            foreach ((Term term, string source, SchemaLocation schema) in rules)
            {
                if (ReferenceEquals(term, members.Term) && sources.Contains(source))
                {
                    terms.Add(new Term(schema, false));
                    isEvaluated = true;
                }
            }

            if (!isEvaluated && members.Term.Schema.Find("additionalProperties")?.Schema is { } additional)
            {
                terms.Add(new Term(additional, false));
                isEvaluated = true;
            }

            if (isEvaluated)
            {
                evaluating.Add(members.Term);
            }
        }

        AddUnevaluated(branch, terms, evaluating);
        return graph.GetNode(terms);
    }

    private Pattern? GetNamePattern(Term term, string source)
    {
        (Pattern? pattern, string? problem) = context.GetPattern(source);
        if (pattern is null)
        {
            context.Drop(term, "patternProperties", problem!);
        }

        return pattern;
    }

    private bool? Matches(Pattern pattern, string name, SchemaLocation source, string keyword)
    {
        bool? matches = context.Patterns.Matches(pattern, name);
        if (matches is null)
        {
            context.Drop(source.Problem(keyword, "its pattern is too complex"));
        }

        return matches;
    }
}
