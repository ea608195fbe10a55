namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// Makes <c>oneOf</c> exact: options that cannot match the same value are alternatives as they are; an option that may match
/// beside another excludes that one. Belongs to one compilation.
/// </summary>
/// <param name="context">The compilation.</param>
/// <param name="isEmpty">Whether provably no value of a type satisfies all of some terms.</param>
internal sealed class OneOfSplitter(SchemaContext context, Func<IReadOnlyList<Term>, JsonTypes, bool> isEmpty)
{
    /// <summary>Most options of one type that are compared with each other. Ours: 2,016 pairs.</summary>
    private const int MostCompared = 64;

    /// <summary>Most levels of questions within questions: deeper ones are answered with "perhaps".</summary>
    private const int DeepestQuestion = 3;

    private readonly Dictionary<(int First, int Second, JsonTypes Type), bool> _disjoint = [];

    /// <summary>Works a <c>oneOf</c> into a branch.</summary>
    public void Work(Branch branch, Term term, SchemaKeyword keyword)
    {
        SchemaLocation[] options = [.. keyword.List.Where(option => (context.GetTypes(option) & branch.Type) != JsonTypes.None)];
        if (ReadConstants(options, branch.Type) is { } lists)
        {
            // A value of two options matches neither.
            branch.Add(new ConstantClaim([.. lists.SelectMany(list => list.Distinct()).GroupBy(value => value).Where(group => group.Count() == 1).Select(group => group.Key)], false));
            return;
        }

        if (options.Length > MostCompared)
        {
            context.Drop(term, "oneOf", $"more than {MostCompared} options for values of the same type cannot be told apart; use anyOf");
            branch.Forks.Enqueue(ToFork(options.Select(option => new List<Claim> { new TermClaim(term.Then(option)) })));
            return;
        }

        List<Claim>[] claims = [.. options.Select(option => new List<Claim> { new TermClaim(term.Then(option)) })];
        SchemaProblem blame = term.Schema.Problem("oneOf", "two of its options may match the same value, and that cannot be ruled out; use anyOf, or give each option a const of its own");
        for (int i = 0; i < options.Length; i++)
        {
            for (int j = i + 1; j < options.Length && context.Problem is null; j++)
            {
                if (!AreDisjoint(options[i], options[j], branch.Type))
                {
                    claims[i].Add(new TermClaim(term.Then(options[j], true, blame)));
                    claims[j].Add(new TermClaim(term.Then(options[i], true, blame)));
                }
            }
        }

        branch.Forks.Enqueue(ToFork(claims));
    }

    /// <summary>
    /// The constants of a scalar type that each option allows, when options consist of constants only.
    /// </summary>
    /// <returns>Null when some option is more than that.</returns>
    public static List<List<object>>? ReadConstants(IReadOnlyList<SchemaLocation> options, JsonTypes type)
    {
        if (type is JsonTypes.Array or JsonTypes.Object)
        {
            return null;
        }

        List<List<object>> lists = [];
        foreach (SchemaLocation option in options)
        {
            SchemaKeyword? values = option.Find("const") ?? option.Find("enum");
            bool isPlain = values is not null && option.Keywords.TrueForAll(keyword => keyword == values || IsWideType(keyword));
            if (!isPlain)
            {
                return null;
            }

            lists.Add(ConstantValues.OfType(values!.Values, type));
        }

        return lists;
    }

    // The type is known to be allowed; "integer" alone would say more than that.
    private static bool IsWideType(SchemaKeyword keyword) => keyword.Name == "type" && !keyword.Names.Contains("integer");

    private static List<IReadOnlyList<Claim>> ToFork(IEnumerable<List<Claim>> options) => [.. options];

    private bool AreDisjoint(SchemaLocation first, SchemaLocation second, JsonTypes type)
    {
        if (context.QuestionDepth >= DeepestQuestion)
        {
            return false;
        }

        if (!_disjoint.TryGetValue((first.Id, second.Id, type), out bool answer))
        {
            answer = context.Ask(() => isEmpty([new Term(first, false), new Term(second, false)], type));
            if (context.QuestionDepth == 0)
            {
                _disjoint.Add((first.Id, second.Id, type), answer);
            }
        }

        return answer;
    }
}
