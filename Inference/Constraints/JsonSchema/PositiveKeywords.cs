using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>What each keyword demands of a value of a known type. Belongs to one compilation.</summary>
internal sealed class PositiveKeywords(SchemaContext context, OneOfSplitter oneOf)
{
    /// <summary>
    /// Works the keywords of a term into a branch.
    /// </summary>
    /// <param name="branch">The branch.</param>
    /// <param name="term">Not negated.</param>
    /// <param name="add">Adds claims to the branch, terms included, at once.</param>
    public void Work(Branch branch, Term term, Action<IReadOnlyList<Claim>> add)
    {
        if ((context.GetTypes(term.Schema) & branch.Type) == JsonTypes.None)
        {
            branch.Kill();
            return;
        }

        bool hasParts = false;
        foreach (SchemaKeyword keyword in term.Schema.Keywords)
        {
            if (branch.IsDead || context.Problem is not null)
            {
                return;
            }

            if (IsPart(keyword.Name, branch.Type))
            {
                if (!hasParts)
                {
                    branch.Add(branch.Type == JsonTypes.Object ? new MembersClaim(term) : new ItemsClaim(term));
                    hasParts = true;
                }

                continue;
            }

            if (!WorkInPlace(branch, term, keyword, add))
            {
                WorkTyped(branch, term, keyword);
            }
        }
    }

    /// <summary>Whether some schema at this value asks what was evaluated, so that all options count that match.</summary>
    private static bool NeedsAnnotations(Term term, JsonTypes type)
    {
        string? keyword = type switch { JsonTypes.Object => "unevaluatedProperties", JsonTypes.Array => "unevaluatedItems", _ => null };
        for (Term? origin = keyword is null ? null : term; origin is not null; origin = origin.Annotates ? origin.Origin : null)
        {
            if (!origin.IsNegated && origin.Schema.Find(keyword!) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPart(string keyword, JsonTypes type) => type switch
    {
        JsonTypes.Object => keyword is "properties" or "patternProperties" or "additionalProperties",
        JsonTypes.Array => keyword is "prefixItems" or "items",
        _ => false,
    };

    /// <summary>Keywords for values of all types; false when it is none of them.</summary>
    private bool WorkInPlace(Branch branch, Term term, SchemaKeyword keyword, Action<IReadOnlyList<Claim>> add)
    {
        switch (keyword.Name)
        {
            case "type":
                if (branch.Type == JsonTypes.Number && !keyword.Names.Contains("number"))
                {
                    branch.Add(new WholeClaim(false));
                }

                return true;
            case "const" or "enum":
                WorkValues(branch, term, keyword);
                return true;
            case "$ref" or "$dynamicRef" or "$recursiveRef":
                if (context.Resolve(term.Schema, keyword) is { } target)
                {
                    add([new TermClaim(term.Then(target))]);
                }

                return true;
            case "allOf":
                add([.. keyword.List.Select(part => new TermClaim(term.Then(part)))]);
                return true;
            case "not":
                add([new TermClaim(term.Then(keyword.Schema!, true))]);
                return true;
            case "anyOf":
                WorkAnyOf(branch, term, keyword);
                return true;
            case "oneOf":
                oneOf.Work(branch, term, keyword);
                return true;
            case "if":
                WorkIf(branch, term, keyword);
                return true;
            default:
                return false;
        }
    }

    private void WorkValues(Branch branch, Term term, SchemaKeyword keyword)
    {
        if (branch.Type is JsonTypes.Array or JsonTypes.Object)
        {
            branch.Forks.Enqueue([.. keyword.Values.Where(value => JsonTypeNames.Of(value) == branch.Type)
                .Select(value => (IReadOnlyList<Claim>)[new TermClaim(term.Then(ConstantValues.ToSchema(context.Document, term.Schema, value)))])]);
        }
        else
        {
            branch.Add(new ConstantClaim(ConstantValues.OfType(keyword.Values, branch.Type), false));
        }
    }

    private void WorkAnyOf(Branch branch, Term term, SchemaKeyword keyword)
    {
        SchemaLocation[] options = [.. keyword.List.Where(option => (context.GetTypes(option) & branch.Type) != JsonTypes.None)];
        if (OneOfSplitter.ReadConstants(options, branch.Type) is { } lists)
        {
            branch.Add(new ConstantClaim([.. lists.SelectMany(list => list)], false));
            return;
        }

        if (!NeedsAnnotations(term, branch.Type))
        {
            // A schema without any keyword makes the others superfluous.
            branch.Forks.Enqueue(options.Any(option => option.IsTrue) ? [[]] : [.. options.Select(option => (IReadOnlyList<Claim>)[new TermClaim(term.Then(option))])]);
            return;
        }

        if (options.Length > SchemaLimits.CombinedOptions)
        {
            context.Drop(term, "anyOf", "an unevaluated… keyword asks which of its many options match");
            return;
        }

        List<IReadOnlyList<Claim>> combinations = [];
        for (int chosen = (1 << options.Length) - 1; chosen > 0; chosen--)
        {
            combinations.Add([.. options.Where((_, i) => (chosen >> i & 1) != 0).Select(option => new TermClaim(term.Then(option)))]);
        }

        branch.Forks.Enqueue(combinations);
    }

    private static void WorkIf(Branch branch, Term term, SchemaKeyword keyword)
    {
        SchemaLocation? then = term.Schema.Find("then")?.Schema;
        SchemaLocation? otherwise = term.Schema.Find("else")?.Schema;
        if (then is null && otherwise is null && !NeedsAnnotations(term, branch.Type))
        {
            return;
        }

        List<Claim> ifSo = [new TermClaim(term.Then(keyword.Schema!))];
        List<Claim> ifNot = [new TermClaim(term.Then(keyword.Schema!, true, term.Schema.Problem("if", "its opposite cannot be enforced")))];
        ifSo.AddRange(then is null ? [] : [new TermClaim(term.Then(then))]);
        ifNot.AddRange(otherwise is null ? [] : [new TermClaim(term.Then(otherwise))]);
        branch.Forks.Enqueue([ifSo, ifNot]);
    }

    /// <summary>Keywords for values of one type.</summary>
    private void WorkTyped(Branch branch, Term term, SchemaKeyword keyword)
    {
        switch (branch.Type)
        {
            case JsonTypes.Number:
                WorkNumber(branch, term, keyword);
                break;
            case JsonTypes.String:
                WorkString(branch, term, keyword);
                break;
            case JsonTypes.Array:
                WorkArray(branch, term, keyword);
                break;
            case JsonTypes.Object:
                WorkObject(branch, term, keyword);
                break;
        }
    }

    private static void WorkNumber(Branch branch, Term term, SchemaKeyword keyword)
    {
        switch (keyword.Name)
        {
            case "minimum" or "exclusiveMinimum":
                branch.Add(new BoundClaim(keyword.Number, false, keyword.Name != "minimum"));
                break;
            case "maximum" or "exclusiveMaximum":
                branch.Add(new BoundClaim(keyword.Number, true, keyword.Name != "maximum"));
                break;
            case "multipleOf":
                branch.Add(new MultipleClaim(keyword.Number, term.Schema));
                break;
        }
    }

    private void WorkString(Branch branch, Term term, SchemaKeyword keyword)
    {
        switch (keyword.Name)
        {
            case "minLength":
                AddMin(branch, term, keyword);
                break;
            case "maxLength":
                AddMax(branch, term, keyword);
                break;
            case "pattern":
                (Pattern? pattern, string? problem) = context.GetPattern(keyword.Names[0]);
                if (pattern is not null)
                {
                    branch.Add(new PatternClaim(pattern));
                }
                else
                {
                    context.Drop(term, "pattern", problem!);
                }

                break;
            case "format" when FormatPatterns.Find(keyword.Names[0]) is { } format:
                branch.Add(new PatternClaim(format));
                branch.Add(new CountClaim(0, FormatPatterns.FindMaxLength(keyword.Names[0]), term.Schema, keyword.Name));
                break;
            case "format" when FormatPatterns.IsStandard(keyword.Names[0]):
                context.Drop(term, "format", $"the format {keyword.Names[0]} is none of those that are enforced: {FormatPatterns.Names}");
                break;
        }
    }

    private void WorkArray(Branch branch, Term term, SchemaKeyword keyword)
    {
        switch (keyword.Name)
        {
            case "minItems":
                AddMin(branch, term, keyword);
                break;
            case "maxItems":
                AddMax(branch, term, keyword);
                break;
            case "uniqueItems":
                branch.Add(new UniqueClaim(term.Schema));
                break;
            case "contains":
                int min = term.Schema.Find("minContains")?.Count ?? 1;
                int? max = term.Schema.Find("maxContains")?.Count;
                if (keyword.Schema!.IsTrue)
                {
                    branch.Add(new CountClaim(min, max, term.Schema, "minContains"));
                }
                else if (min > 0 || max is not null)
                {
                    branch.Add(new ContainsClaim(keyword.Schema, false, min, max, term.Schema));
                }

                if (NeedsAnnotations(term, branch.Type))
                {
                    context.Drop(term, "contains", "unevaluatedItems beside it asks which items match");
                }

                break;
            case "unevaluatedItems" when !keyword.Schema!.IsTrue || NeedsAnnotations(term, branch.Type):
                branch.Add(new UnevaluatedClaim(term, keyword.Schema!));
                break;
        }
    }

    private void WorkObject(Branch branch, Term term, SchemaKeyword keyword)
    {
        switch (keyword.Name)
        {
            case "minProperties":
                AddMin(branch, term, keyword);
                break;
            case "maxProperties":
                AddMax(branch, term, keyword);
                break;
            case "required":
                foreach (string name in keyword.Names)
                {
                    branch.Add(new PresenceClaim(name, true));
                }

                break;
            case "propertyNames" when !keyword.Schema!.IsTrue:
                branch.Add(new NamesClaim(keyword.Schema!));
                break;
            case "dependentRequired":
                foreach ((string name, IReadOnlyList<string> needs) in keyword.Dependencies)
                {
                    branch.Forks.Enqueue([
                        [new PresenceClaim(name, true), .. needs.Select(need => new PresenceClaim(need, true))],
                        [new PresenceClaim(name, false)]]);
                }

                break;
            case "dependentSchemas":
                foreach ((string name, SchemaLocation schema) in keyword.Map!.Entries)
                {
                    branch.Forks.Enqueue([[new PresenceClaim(name, true), new TermClaim(term.Then(schema))], [new PresenceClaim(name, false)]]);
                }

                break;
            case "unevaluatedProperties":
                branch.Add(new UnevaluatedClaim(term, keyword.Schema!));
                break;
        }
    }

    private void AddMin(Branch branch, Term term, SchemaKeyword keyword)
    {
        if (keyword.Count > context.Limits.MaxTextBytes)
        {
            context.Drop(term, keyword.Name, $"no answer of this model's context can be as long as {keyword.Count}");
        }
        else
        {
            branch.Add(new CountClaim(keyword.Count, null, term.Schema, keyword.Name));
        }
    }

    private static void AddMax(Branch branch, Term term, SchemaKeyword keyword) =>
        branch.Add(new CountClaim(0, keyword.Count, term.Schema, keyword.Name));
}
