using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// The opposite of a schema for a value of a known type: the value fails at least one keyword, and each keyword has its ways of
/// being failed. Where a keyword's failure cannot be enforced, neither can the opposite. Belongs to one compilation.
/// </summary>
internal sealed class NegativeKeywords(SchemaContext context)
{
    /// <summary>Most options of a <c>oneOf</c> whose opposite is worked out. Ours: 66 pairs.</summary>
    private const int MostOptions = 12;

    private const string NoOpposite = "its opposite cannot be enforced";

    /// <summary>
    /// The ways to fail a schema.
    /// </summary>
    /// <param name="term">Negated.</param>
    /// <param name="type">The value's type.</param>
    /// <returns>Null when every value of the type fails it, or when the keyword was dropped; none when no value does.</returns>
    public IReadOnlyList<IReadOnlyList<Claim>>? GetOptions(Term term, JsonTypes type)
    {
        SchemaLocation schema = term.Schema;
        if ((context.GetTypes(schema) & type) == JsonTypes.None)
        {
            return null;
        }

        List<IReadOnlyList<Claim>> options = [];
        foreach (SchemaKeyword keyword in schema.Keywords)
        {
            bool isKnown = AddInPlace(options, term, keyword, type) ?? type switch
            {
                JsonTypes.Number => AddNumber(options, keyword),
                JsonTypes.String => AddString(options, term, keyword),
                JsonTypes.Array => AddArray(options, term, keyword),
                JsonTypes.Object => AddObject(options, term, keyword),
                _ => true,
            };
            if (!isKnown)
            {
                context.Drop(term, keyword.Name, $"{NoOpposite}, and that is asked for here by not, oneOf, or if");
                return null;
            }
        }

        return options;
    }

    private static Claim Not(Term term, SchemaLocation schema) => new TermClaim(term.Then(schema, true));

    private static Claim Is(Term term, SchemaLocation schema) => new TermClaim(term.Then(schema));

    /// <summary>Keywords for values of all types; null when it is none of them, false when it has no opposite.</summary>
    private bool? AddInPlace(List<IReadOnlyList<Claim>> options, Term term, SchemaKeyword keyword, JsonTypes type)
    {
        switch (keyword.Name)
        {
            case "type":
                if (type == JsonTypes.Number && !keyword.Names.Contains("number"))
                {
                    options.Add([new WholeClaim(true)]);
                }

                return true;
            case "const" or "enum" when type is JsonTypes.Array or JsonTypes.Object:
                options.Add([.. keyword.Values.Where(value => JsonTypeNames.Of(value) == type)
                    .Select(value => Not(term, ConstantValues.ToSchema(context.Document, term.Schema, value)))]);
                return true;
            case "const" or "enum":
                options.Add([new ConstantClaim(ConstantValues.OfType(keyword.Values, type), true)]);
                return true;
            case "$ref" or "$dynamicRef" or "$recursiveRef":
                if (context.Resolve(term.Schema, keyword) is { } target)
                {
                    options.Add([Not(term, target)]);
                }

                return true;
            case "allOf":
                options.AddRange(keyword.List.Select(part => (IReadOnlyList<Claim>)[Not(term, part)]));
                return true;
            case "anyOf":
                options.Add([.. keyword.List.Select(part => Not(term, part))]);
                return true;
            case "oneOf":
                return AddOneOf(options, term, [.. keyword.List.Where(part => (context.GetTypes(part) & type) != JsonTypes.None)]);
            case "not":
                options.Add([Is(term, keyword.Schema!)]);
                return true;
            case "if":
                SchemaLocation? then = term.Schema.Find("then")?.Schema;
                SchemaLocation? otherwise = term.Schema.Find("else")?.Schema;
                options.AddRange(then is null ? [] : [[Is(term, keyword.Schema!), Not(term, then)]]);
                options.AddRange(otherwise is null ? [] : [[Not(term, keyword.Schema!), Not(term, otherwise)]]);
                return true;
            case "then" or "else":
                return true;
            default:
                return null;
        }
    }

    /// <summary>Either no option matches, or two do.</summary>
    private static bool AddOneOf(List<IReadOnlyList<Claim>> options, Term term, SchemaLocation[] parts)
    {
        if (parts.Length > MostOptions)
        {
            return false;
        }

        options.Add([.. parts.Select(part => Not(term, part))]);
        for (int i = 0; i < parts.Length; i++)
        {
            options.AddRange(parts[(i + 1)..].Select(other => (IReadOnlyList<Claim>)[Is(term, parts[i]), Is(term, other)]));
        }

        return true;
    }

    private static bool AddNumber(List<IReadOnlyList<Claim>> options, SchemaKeyword keyword)
    {
        switch (keyword.Name)
        {
            case "minimum" or "exclusiveMinimum":
                options.Add([new BoundClaim(keyword.Number, true, keyword.Name == "minimum")]);
                return true;
            case "maximum" or "exclusiveMaximum":
                options.Add([new BoundClaim(keyword.Number, false, keyword.Name == "maximum")]);
                return true;
            case "multipleOf":
                bool isWhole = keyword.Number == JsonDecimal.Of(1);
                if (isWhole)
                {
                    options.Add([new WholeClaim(true)]);
                }

                return isWhole;
            default:
                return true;
        }
    }

    private bool AddString(List<IReadOnlyList<Claim>> options, Term term, SchemaKeyword keyword)
    {
        switch (keyword.Name)
        {
            case "minLength" or "maxLength":
                AddCount(options, term, keyword);
                return true;
            case "pattern":
                if (context.GetPattern(keyword.Names[0]).Pattern is not { } pattern)
                {
                    return false;
                }

                options.Add([new PatternClaim(Pattern.Not(pattern))]);
                return true;
            case "format":
                // What a format allows is written here in one form; the opposite would take the other forms for failures.
                return !FormatPatterns.IsStandard(keyword.Names[0]);
            default:
                return true;
        }
    }

    private static bool AddArray(List<IReadOnlyList<Claim>> options, Term term, SchemaKeyword keyword)
    {
        switch (keyword.Name)
        {
            case "minItems" or "maxItems":
                AddCount(options, term, keyword);
                return true;
            case "prefixItems":
                for (int i = 0; i < keyword.List.Count; i++)
                {
                    options.Add([new CountClaim(i + 1, null, term.Schema, keyword.Name), new ItemClaim(i, keyword.List[i], true)]);
                }

                return true;
            case "items":
                int prefix = term.Schema.Find("prefixItems")?.List.Count ?? 0;
                if (keyword.Schema!.IsTrue)
                {
                    return true;
                }

                if (keyword.Schema.Boolean == false)
                {
                    options.Add([new CountClaim(prefix + 1, null, term.Schema, keyword.Name)]);
                    return true;
                }

                options.Add([new ContainsClaim(keyword.Schema, true, 1, null, term.Schema)]);
                return prefix == 0;
            case "contains":
                int min = term.Schema.Find("minContains")?.Count ?? 1;
                int? max = term.Schema.Find("maxContains")?.Count;
                options.AddRange(max is null ? [] : [[new ContainsClaim(keyword.Schema!, false, max.Value + 1, null, term.Schema)]]);
                if (min == 1)
                {
                    options.Add([new ItemClaim(null, keyword.Schema!, true)]);
                }

                return min <= 1;
            case "uniqueItems" or "unevaluatedItems":
                return keyword.Schema is { IsTrue: true };
            default:
                return true;
        }
    }

    private static bool AddObject(List<IReadOnlyList<Claim>> options, Term term, SchemaKeyword keyword)
    {
        switch (keyword.Name)
        {
            case "minProperties" or "maxProperties":
                AddCount(options, term, keyword);
                return true;
            case "required":
                options.AddRange(keyword.Names.Select(name => (IReadOnlyList<Claim>)[new PresenceClaim(name, false)]));
                return true;
            case "properties":
                foreach ((string name, SchemaLocation schema) in keyword.Map!.Entries)
                {
                    options.AddRange(schema.IsTrue ? [] : [[new PresenceClaim(name, true), new MemberClaim(name, schema, true)]]);
                }

                return true;
            case "dependentRequired":
                options.AddRange(keyword.Dependencies.SelectMany(entry => entry.Needs.Select(
                    need => (IReadOnlyList<Claim>)[new PresenceClaim(entry.Name, true), new PresenceClaim(need, false)])));
                return true;
            case "dependentSchemas":
                options.AddRange(keyword.Map!.Entries.Select(entry => (IReadOnlyList<Claim>)[new PresenceClaim(entry.Name, true), Not(term, entry.Schema)]));
                return true;
            case "patternProperties":
                return keyword.Map!.Entries.All(entry => entry.Schema.IsTrue);
            case "additionalProperties" or "propertyNames" or "unevaluatedProperties":
                return keyword.Schema!.IsTrue;
            default:
                return true;
        }
    }

    private static void AddCount(List<IReadOnlyList<Claim>> options, Term term, SchemaKeyword keyword)
    {
        bool isMin = keyword.Name.StartsWith("min", StringComparison.Ordinal);
        if (!isMin)
        {
            options.Add([new CountClaim(keyword.Count == int.MaxValue ? int.MaxValue : keyword.Count + 1, null, term.Schema, keyword.Name)]);
        }
        else if (keyword.Count > 0)
        {
            options.Add([new CountClaim(0, keyword.Count - 1, term.Schema, keyword.Name)]);
        }
    }
}
