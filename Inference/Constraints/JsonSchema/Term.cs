namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// A schema that a value must satisfy, or must not, and how one came to it without leaving the value.
/// </summary>
/// <param name="Schema">The schema.</param>
/// <param name="IsNegated">Whether the value must not satisfy it.</param>
internal sealed record Term(SchemaLocation Schema, bool IsNegated)
{
    /// <summary>Most steps from one schema to the next at the same value. Ours: no real schema has ten, and the steps are recursive.</summary>
    private const int LongestChain = 128;

    /// <summary>The term that led here by a reference, <c>allOf</c> and the like; null for the first.</summary>
    public Term? Origin { get; private init; }

    /// <summary>What to report when the term cannot be enforced, instead of the keyword itself.</summary>
    public SchemaProblem? Blame { get; init; }

    /// <summary>Whether what it evaluates counts for <c>unevaluated…</c> of its origin: not behind a negation.</summary>
    public bool Annotates { get; private init; } = true;

    /// <summary>Number of origins.</summary>
    public int Depth { get; private init; }

    /// <summary>A term that follows from this one.</summary>
    public Term Then(SchemaLocation schema, bool negated = false, SchemaProblem? blame = null) => new(schema, negated)
    {
        Origin = this,
        Blame = blame ?? Blame,
        Annotates = !negated && !IsNegated,
        Depth = Depth + 1,
    };

    /// <summary>Whether the same term is among its origins, or there are too many of them: it would never end.</summary>
    public bool IsLoop()
    {
        if (Depth > LongestChain)
        {
            return true;
        }

        for (Term? term = Origin; term is not null; term = term.Origin)
        {
            if (term.Schema == Schema && term.IsNegated == IsNegated)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether what this term evaluates counts for the schema of another: it is that, or follows from it.</summary>
    public bool CountsFor(Term other)
    {
        for (Term? term = this; term is not null; term = term.Origin)
        {
            if (ReferenceEquals(term, other))
            {
                return true;
            }

            if (!term.Annotates)
            {
                return false;
            }
        }

        return false;
    }
}
