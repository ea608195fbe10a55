namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// Works out the alternatives of a value: takes the schemas that it must satisfy apart into <see cref="Branch"/>es, each of which
/// has no choice left on this level. References, <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c>, <c>not</c> and <c>if</c> are gone then.
/// Belongs to one compilation.
/// </summary>
internal sealed class SchemaExpander
{
    private readonly SchemaContext _context;
    private readonly PositiveKeywords _positive;
    private readonly NegativeKeywords _negative;

    /// <summary>Prepares a compilation.</summary>
    public SchemaExpander(SchemaContext context, Func<IReadOnlyList<Term>, JsonTypes, bool> isEmpty)
    {
        _context = context;
        _negative = new NegativeKeywords(context);
        _positive = new PositiveKeywords(context, new OneOfSplitter(context, isEmpty));
    }

    /// <summary>The alternatives of one type.</summary>
    /// <param name="terms">What the value must satisfy.</param>
    /// <param name="type">The value's type.</param>
    /// <returns>None when no value of the type does; incomplete when the context has a problem.</returns>
    public List<Branch> Expand(IReadOnlyList<Term> terms, JsonTypes type)
    {
        List<Branch> complete = [];
        Branch first = new(type);
        foreach (Term term in terms)
        {
            Enter(first, term);
        }

        Stack<Branch> open = new([first]);
        while (open.TryPop(out Branch? branch) && _context.TryStep())
        {
            if (branch.IsDead)
            {
                continue;
            }

            if (!branch.Forks.TryDequeue(out IReadOnlyList<IReadOnlyList<Claim>>? options))
            {
                complete.Add(branch);
                if (complete.Count > SchemaLimits.Alternatives)
                {
                    _context.Fail(terms[0].Schema.Problem("", $"merging its parts makes more than {SchemaLimits.Alternatives} alternatives"));
                    break;
                }

                continue;
            }

            // Pushed backwards, so that alternatives come out in the order of the document.
            for (int i = options.Count - 1; i >= 0 && _context.TryStep(); i--)
            {
                Branch copy = i == 0 ? branch : branch.Copy();
                AddAll(copy, options[i]);
                if (!copy.IsDead)
                {
                    open.Push(copy);
                }
            }
        }

        return complete;
    }

    private void AddAll(Branch branch, IReadOnlyList<Claim> claims)
    {
        foreach (Claim claim in claims)
        {
            if (branch.IsDead)
            {
                return;
            }

            if (claim is TermClaim term)
            {
                Enter(branch, term.Term);
            }
            else
            {
                branch.Add(claim);
            }
        }
    }

    private void Enter(Branch branch, Term term)
    {
        if (branch.IsDead || !_context.TryStep())
        {
            return;
        }

        if (term.IsLoop())
        {
            _context.Fail(term.Schema.Problem("", "it refers to itself for the same value without end, or through too many steps"));
            return;
        }

        // Twice the same adds nothing, but for the question what is evaluated below which schema.
        if (!branch.TryEnter(term) && !_context.HasUnevaluated)
        {
            return;
        }

        if (!term.IsNegated)
        {
            _positive.Work(branch, term, claims => AddAll(branch, claims));
            return;
        }

        switch (_negative.GetOptions(term, branch.Type))
        {
            case null:
                break;
            case { Count: 0 }:
                branch.Kill();
                break;
            case [IReadOnlyList<Claim> only]:
                AddAll(branch, only);
                break;
            case { } options:
                branch.Forks.Enqueue(options);
                break;
        }
    }
}
