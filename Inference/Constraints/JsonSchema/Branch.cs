using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// What is known of one alternative of a value of one type: everything it must fulfil at once. Belongs to the
/// <see cref="SchemaExpander"/>; copied where the alternatives part.
/// </summary>
/// <param name="type">The value's type.</param>
internal sealed class Branch(JsonTypes type)
{
    private readonly HashSet<(int Schema, bool IsNegated)> _seen = [];

    /// <summary>The value's type.</summary>
    public JsonTypes Type { get; } = type;

    /// <summary>Choices still to be made: each a list of options, each option a list of claims.</summary>
    public Queue<IReadOnlyList<IReadOnlyList<Claim>>> Forks { get; } = new();

    /// <summary>Constants that are allowed; null for any.</summary>
    public HashSet<object>? Allowed { get; private set; }

    /// <summary>Constants that are not.</summary>
    public HashSet<object> Excluded { get; } = [];

    /// <summary>Whether the number is whole (true), is not (false), or either (null).</summary>
    public bool? IsWhole { get; private set; }

    /// <summary>Lower bound of the number.</summary>
    public BoundClaim? Lower { get; private set; }

    /// <summary>Upper bound of the number.</summary>
    public BoundClaim? Upper { get; private set; }

    /// <summary>What the number is a multiple of.</summary>
    public List<MultipleClaim> Multiples { get; } = [];

    /// <summary>What the text matches.</summary>
    public List<Pattern> Patterns { get; } = [];

    /// <summary>Least count of characters, items or members.</summary>
    public int Min { get; private set; }

    /// <summary>Greatest count; null for none.</summary>
    public int? Max { get; private set; }

    /// <summary>The claim that set <see cref="Min"/>.</summary>
    public CountClaim? MinSource { get; private set; }

    /// <summary>Names that must be there, in order.</summary>
    public List<string> Required { get; } = [];

    /// <summary>Names that must not.</summary>
    public HashSet<string> Absent { get; } = [];

    /// <summary>Claims on members and items that need all others to be known first, in order.</summary>
    public List<Claim> Parts { get; } = [];

    /// <summary>Whether nothing fulfils all claims.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Marks a term as worked in; false when it already was.</summary>
    public bool TryEnter(Term term) => _seen.Add((term.Schema.Id, term.IsNegated));

    /// <summary>Nothing fulfils this alternative.</summary>
    public void Kill() => IsDead = true;

    /// <summary>A copy that goes its own way.</summary>
    public Branch Copy()
    {
        Branch copy = new(Type)
        {
            Allowed = Allowed is null ? null : [.. Allowed],
            IsWhole = IsWhole,
            Lower = Lower,
            Upper = Upper,
            Min = Min,
            Max = Max,
            MinSource = MinSource,
            IsDead = IsDead,
        };
        copy._seen.UnionWith(_seen);
        copy.Excluded.UnionWith(Excluded);
        copy.Multiples.AddRange(Multiples);
        copy.Patterns.AddRange(Patterns);
        copy.Required.AddRange(Required);
        copy.Absent.UnionWith(Absent);
        copy.Parts.AddRange(Parts);
        foreach (IReadOnlyList<IReadOnlyList<Claim>> fork in Forks)
        {
            copy.Forks.Enqueue(fork);
        }

        return copy;
    }

    /// <summary>Works in a claim other than a term.</summary>
    public void Add(Claim claim)
    {
        switch (claim)
        {
            case ConstantClaim constants:
                AddConstants(constants);
                break;
            case WholeClaim whole:
                IsDead |= IsWhole == whole.IsNegated;
                IsWhole = !whole.IsNegated;
                break;
            case BoundClaim bound:
                AddBound(bound);
                break;
            case MultipleClaim multiple:
                Multiples.Add(multiple);
                break;
            case PatternClaim pattern:
                Patterns.Add(pattern.Pattern);
                break;
            case CountClaim count:
                AddCount(count);
                break;
            case PresenceClaim presence:
                AddPresence(presence);
                break;
            default:
                Parts.Add(claim);
                break;
        }
    }

    private void AddConstants(ConstantClaim claim)
    {
        if (claim.IsNegated)
        {
            Excluded.UnionWith(claim.Values);
            Allowed?.ExceptWith(claim.Values);
        }
        else if (Allowed is null)
        {
            Allowed = [.. claim.Values];
            Allowed.ExceptWith(Excluded);
        }
        else
        {
            Allowed.IntersectWith(claim.Values);
        }

        IsDead |= Allowed is { Count: 0 };
    }

    private void AddBound(BoundClaim claim)
    {
        BoundClaim? current = claim.IsUpper ? Upper : Lower;
        int order = current is null ? 1 : claim.Bound.CompareTo(current.Bound) * (claim.IsUpper ? -1 : 1);
        if (order > 0 || (order == 0 && claim.IsExclusive))
        {
            (Lower, Upper) = claim.IsUpper ? (Lower, claim) : (claim, Upper);
        }

        if (Lower is not null && Upper is not null)
        {
            order = Lower.Bound.CompareTo(Upper.Bound);
            IsDead |= order > 0 || (order == 0 && (Lower.IsExclusive || Upper.IsExclusive));
        }
    }

    private void AddCount(CountClaim claim)
    {
        if (claim.Min > Min)
        {
            (Min, MinSource) = (claim.Min, claim);
        }

        Max = claim.Max is null || Max <= claim.Max ? Max : claim.Max;
        IsDead |= Max < Min;
    }

    private void AddPresence(PresenceClaim claim)
    {
        if (!claim.IsPresent)
        {
            Absent.Add(claim.Name);
            IsDead |= Required.Contains(claim.Name);
        }
        else
        {
            IsDead |= Absent.Contains(claim.Name);
            if (!Required.Contains(claim.Name))
            {
                Required.Add(claim.Name);
            }
        }
    }
}
