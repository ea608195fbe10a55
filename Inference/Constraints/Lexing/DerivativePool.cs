using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// Makes the states of one pattern's automaton in normal form. Belongs to one request thread and one compilation.
/// Source: J. Brzozowski, Derivatives of Regular Expressions (1964); the normal form that keeps their number finite.
/// </summary>
internal sealed class DerivativePool
{
    private readonly HashSet<Derivative> _known = [];
    private readonly CompileBudget _budget;

    /// <summary>An empty pool.</summary>
    public DerivativePool(CompileBudget budget)
    {
        _budget = budget;
        Never = Intern(new Derivative(PatternKind.Never, [], false));
        Empty = Intern(new Derivative(PatternKind.Empty, [], true));
        AnyText = Intern(new Derivative(PatternKind.Repeat, [Chars(CodePointSet.All)], true, min: 0, max: Derivative.Unlimited));
    }

    /// <summary>No text.</summary>
    public Derivative Never { get; }

    /// <summary>The empty text.</summary>
    public Derivative Empty { get; }

    /// <summary>Any text.</summary>
    public Derivative AnyText { get; }

    /// <summary>The first state of a pattern; <see cref="Never"/> when the budget is used up.</summary>
    public Derivative Convert(Pattern pattern)
    {
        if (!_budget.Spend() || !_budget.MayRecurse())
        {
            return Never;
        }

        switch (pattern.Kind)
        {
            case PatternKind.Never:
                return Never;
            case PatternKind.Empty:
                return Empty;
            case PatternKind.Chars:
                return Chars(pattern.Set);
            case PatternKind.Strings:
                var table = new TextTable(pattern.Texts);
                return Strings(table, 0, table.Count, 0);
            case PatternKind.Sequence:
                Derivative result = Empty;
                for (int i = pattern.Parts.Count - 1; i >= 0; i--)
                {
                    result = Sequence(Convert(pattern.Parts[i]), result);
                }

                return result;
            case PatternKind.AnyOf:
                return AnyOf(ConvertAll(pattern.Parts));
            case PatternKind.AllOf:
                return AllOf(ConvertAll(pattern.Parts));
            case PatternKind.Not:
                return Not(Convert(pattern.Parts[0]));
            default:
                return Repeat(Convert(pattern.Parts[0]), pattern.Min, pattern.Max ?? Derivative.Unlimited);
        }
    }

    /// <summary>A set of code points.</summary>
    public Derivative Chars(CodePointSet set) => set.IsEmpty ? Never : Intern(new Derivative(PatternKind.Chars, [], false, set));

    /// <summary>The rest of some texts of a table.</summary>
    public Derivative Strings(TextTable texts, int low, int high, int depth)
    {
        if (low == high)
        {
            return Never;
        }

        bool isNullable = texts[low].Length == depth;
        return isNullable && high == low + 1 ? Empty : Intern(new Derivative(PatternKind.Strings, [], isNullable, texts: texts, low: low, high: high, depth: depth));
    }

    /// <summary>One after the other.</summary>
    public Derivative Sequence(Derivative first, Derivative second)
    {
        if (first == Never || second == Never)
        {
            return Never;
        }

        if (first == Empty)
        {
            return second;
        }

        if (second == Empty)
        {
            return first;
        }

        if (first == AnyText && second == AnyText)
        {
            return AnyText;
        }

        // Bound to the right, so that equal sequences are equal objects.
        return first.Kind == PatternKind.Sequence
            ? Sequence(first.Parts[0], Sequence(first.Parts[1], second))
            : Intern(new Derivative(PatternKind.Sequence, [first, second], first.IsNullable && second.IsNullable));
    }

    /// <summary>A repetition.</summary>
    public Derivative Repeat(Derivative part, int min, int max)
    {
        if (max == 0 || part == Empty)
        {
            return Empty;
        }

        if (part == Never)
        {
            return min == 0 ? Empty : Never;
        }

        if (part.IsNullable)
        {
            min = 0;
        }

        if (min == 1 && max == 1)
        {
            return part;
        }

        if (part.Kind == PatternKind.Repeat && part.Min == 0 && part.Max == Derivative.Unlimited)
        {
            return part;
        }

        return Intern(new Derivative(PatternKind.Repeat, [part], min == 0, min: min, max: max));
    }

    /// <summary>The complement.</summary>
    public Derivative Not(Derivative part)
    {
        if (part == Never)
        {
            return AnyText;
        }

        if (part == AnyText)
        {
            return Never;
        }

        return part.Kind == PatternKind.Not ? part.Parts[0] : Intern(new Derivative(PatternKind.Not, [part], !part.IsNullable));
    }

    /// <summary>The union.</summary>
    public Derivative AnyOf(IEnumerable<Derivative> parts)
    {
        List<Derivative> flat = Flatten(parts, PatternKind.AnyOf);
        if (flat.Contains(AnyText))
        {
            return AnyText;
        }

        flat.RemoveAll(part => part == Never);
        CodePointSet? set = null;
        foreach (Derivative part in flat)
        {
            set = part.Kind == PatternKind.Chars ? set?.Union(part.Set!) ?? part.Set : set;
        }

        if (set is not null)
        {
            flat.RemoveAll(part => part.Kind == PatternKind.Chars);
            flat.Add(Chars(set));
        }

        Sort(flat);
        _budget.Spend(flat.Count);
        return flat.Count switch
        {
            0 => Never,
            1 => flat[0],
            _ => Intern(new Derivative(PatternKind.AnyOf, [.. flat], flat.Exists(part => part.IsNullable))),
        };
    }

    /// <summary>The intersection.</summary>
    public Derivative AllOf(IEnumerable<Derivative> parts)
    {
        List<Derivative> flat = Flatten(parts, PatternKind.AllOf);
        if (flat.Contains(Never))
        {
            return Never;
        }

        flat.RemoveAll(part => part == AnyText);
        bool isNullable = flat.TrueForAll(part => part.IsNullable);
        if (flat.Contains(Empty))
        {
            return isNullable ? Empty : Never;
        }

        Sort(flat);
        return flat.Count switch
        {
            0 => AnyText,
            1 => flat[0],
            _ => Intern(new Derivative(PatternKind.AllOf, [.. flat], isNullable)),
        };
    }

    private static List<Derivative> Flatten(IEnumerable<Derivative> parts, PatternKind kind)
    {
        var flat = new List<Derivative>();
        foreach (Derivative part in parts)
        {
            if (part.Kind == kind)
            {
                flat.AddRange(part.Parts);
            }
            else
            {
                flat.Add(part);
            }
        }

        return flat;
    }

    private static void Sort(List<Derivative> parts)
    {
        parts.Sort(static (left, right) => left.Id.CompareTo(right.Id));
        int kept = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            if (i == 0 || parts[i] != parts[kept - 1])
            {
                parts[kept++] = parts[i];
            }
        }

        parts.RemoveRange(kept, parts.Count - kept);
    }

    private List<Derivative> ConvertAll(IReadOnlyList<Pattern> patterns)
    {
        var result = new List<Derivative>(patterns.Count);
        foreach (Pattern pattern in patterns)
        {
            result.Add(Convert(pattern));
        }

        return result;
    }

    private Derivative Intern(Derivative candidate)
    {
        if (_known.TryGetValue(candidate, out Derivative? known))
        {
            return known;
        }

        _budget.Grow(2 + candidate.Parts.Length);
        candidate.Id = _known.Count;
        _known.Add(candidate);
        return candidate;
    }
}
