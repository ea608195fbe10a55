using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>What happens to a keyword that cannot be enforced.</summary>
internal enum SchemaMode
{
    /// <summary>The schema is refused.</summary>
    Enforce,

    /// <summary>The keyword is dropped and reported: tools that the model may choose to call.</summary>
    Report,

    /// <summary>The keyword is dropped: questions whose answer may be too wide but never too narrow.</summary>
    Ignore,
}

/// <summary>
/// The state of one compilation: the document, what was spent, and what went wrong. One thread.
/// </summary>
/// <param name="document">The schema.</param>
/// <param name="mode">What happens to what cannot be enforced.</param>
/// <param name="limits">What may be spent.</param>
internal sealed class SchemaContext(SchemaDocument document, SchemaMode mode, ConstraintLimits limits)
{
    /// <summary>Most references in a row that the question for types follows, because it does so by recursion. Ours.</summary>
    private const int DeepestTypes = 64;

    private readonly Dictionary<SchemaKeyword, SchemaLocation?> _targets = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, JsonTypes> _types = [];
    private readonly Dictionary<string, (Pattern? Pattern, string? Problem)> _patterns = new(StringComparer.Ordinal);
    private int _steps;
    private int _typeDepth;

    /// <summary>The schema.</summary>
    public SchemaDocument Document { get; } = document;

    /// <summary>What may be spent.</summary>
    public ConstraintLimits Limits { get; } = limits;

    /// <summary>What is left of it.</summary>
    public CompileBudget Budget => Patterns.Budget;

    /// <summary>Answers questions about texts.</summary>
    public PatternQuestions Patterns { get; } = new(new CompileBudget(limits));

    /// <summary>What happens to what cannot be enforced.</summary>
    public SchemaMode Mode { get; private set; } = mode;

    /// <summary>Why the schema is refused; null as long as it is not.</summary>
    public SchemaProblem? Problem { get; private set; }

    /// <summary>What was dropped, in <see cref="SchemaMode.Report"/>.</summary>
    public List<SchemaProblem> Dropped { get; } = [];

    /// <summary>Whether some schema has <c>unevaluatedProperties</c> or <c>unevaluatedItems</c>.</summary>
    public bool HasUnevaluated { get; } =
        document.Locations.Exists(location => location.Find("unevaluatedProperties") is not null || location.Find("unevaluatedItems") is not null);

    /// <summary>Levels of questions within questions.</summary>
    public int QuestionDepth { get; private set; }

    /// <summary>Refuses the schema, in every mode.</summary>
    public void Fail(SchemaProblem problem) => Problem ??= problem;

    /// <summary>
    /// Says that a keyword cannot be enforced.
    /// </summary>
    /// <returns>True when the caller goes on without it; false when the schema is refused.</returns>
    public bool Drop(SchemaProblem problem)
    {
        if (Mode == SchemaMode.Enforce)
        {
            Fail(problem);
            return false;
        }

        if (Mode == SchemaMode.Report && !Dropped.Contains(problem))
        {
            Dropped.Add(problem);
        }

        return Problem is null;
    }

    /// <inheritdoc cref="Drop(SchemaProblem)"/>
    public bool Drop(Term term, string keyword, string reason) => Drop(term.Blame ?? term.Schema.Problem(keyword, reason));

    /// <summary>Counts a step of work; false when the schema is refused, perhaps because that was one too many.</summary>
    public bool TryStep()
    {
        if (++_steps > SchemaLimits.Steps || !Budget.Spend())
        {
            Fail(new SchemaProblem("", "#", "its alternatives are too many to work out; make it simpler"));
        }

        return Problem is null;
    }

    /// <summary>Runs a question in <see cref="SchemaMode.Ignore"/>.</summary>
    public T Ask<T>(Func<T> question)
    {
        SchemaMode before = Mode;
        Mode = SchemaMode.Ignore;
        QuestionDepth++;
        T answer = question();
        QuestionDepth--;
        Mode = before;
        return answer;
    }

    /// <summary>Where a reference leads; null when the schema is refused for it.</summary>
    public SchemaLocation? Resolve(SchemaLocation from, SchemaKeyword reference)
    {
        if (!_targets.TryGetValue(reference, out SchemaLocation? target))
        {
            (target, SchemaProblem? problem) = Document.Resolve(from, reference);
            _targets.Add(reference, target);
            if (problem is not null)
            {
                Fail(problem);
            }
        }

        return target;
    }

    /// <summary>The language of a regular expression; null when it cannot be enforced, with the reason.</summary>
    public (Pattern? Pattern, string? Problem) GetPattern(string source)
    {
        if (!_patterns.TryGetValue(source, out (Pattern? Pattern, string? Problem) result))
        {
            result = source.Length > SchemaLimits.PatternLength ? (null, $"it is longer than {SchemaLimits.PatternLength} characters")
                : source.Count(c => c == '(') > SchemaLimits.PatternGroups ? (null, $"it has more than {SchemaLimits.PatternGroups} groups")
                : SearchPattern.Parse(source);
            _patterns.Add(source, result);
        }

        return result;
    }

    /// <summary>The types that values of a schema can have; never too few.</summary>
    public JsonTypes GetTypes(SchemaLocation schema)
    {
        if (schema.Boolean is { } boolean)
        {
            return boolean ? JsonTypes.All : JsonTypes.None;
        }

        if (_types.TryGetValue(schema.Id, out JsonTypes types))
        {
            return types;
        }

        _types[schema.Id] = JsonTypes.All; // The answer for a schema that refers to itself.
        if (_typeDepth >= DeepestTypes)
        {
            return JsonTypes.All;
        }

        _typeDepth++;
        types = JsonTypes.All;
        foreach (SchemaKeyword keyword in schema.Keywords)
        {
            types &= keyword.Name switch
            {
                "type" => Join(keyword.Names, JsonTypeNames.Parse),
                "const" or "enum" => Join(keyword.Values, JsonTypeNames.Of),
                "anyOf" or "oneOf" => Join(keyword.List, GetTypes),
                "allOf" => keyword.List.Aggregate(JsonTypes.All, (all, part) => all & GetTypes(part)),
                "$ref" when Resolve(schema, keyword) is { } target => GetTypes(target),
                _ => JsonTypes.All,
            };
        }

        _typeDepth--;
        return _types[schema.Id] = types;
    }

    private static JsonTypes Join<T>(IReadOnlyList<T> items, Func<T, JsonTypes> types)
    {
        JsonTypes joined = JsonTypes.None;
        foreach (T item in items)
        {
            joined |= types(item);
        }

        return joined;
    }
}
