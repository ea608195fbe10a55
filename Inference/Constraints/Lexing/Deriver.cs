using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>Computes which state follows a state for each code point. Belongs to the pool's thread.</summary>
internal sealed class Deriver(DerivativePool pool, CompileBudget budget)
{
    /// <summary>What follows each code point, as pieces from the first code point on. Memory belongs to the state.</summary>
    public (int First, Derivative Target)[] Derive(Derivative state)
    {
        if (state.Pieces is { } known)
        {
            return known;
        }

        if (!budget.Spend() || !budget.MayRecurse())
        {
            return [(0, pool.Never)];
        }

        (int First, Derivative Target)[] pieces = Compute(state);
        budget.Grow(pieces.Length);
        state.Pieces = pieces;
        return pieces;
    }

    private (int First, Derivative Target)[] Compute(Derivative state)
    {
        switch (state.Kind)
        {
            case PatternKind.Never:
            case PatternKind.Empty:
                return [(0, pool.Never)];
            case PatternKind.Chars:
                return DeriveSet(state.Set!);
            case PatternKind.Strings:
                return DeriveStrings(state);
            case PatternKind.Sequence:
                Derivative second = state.Parts[1];
                (int, Derivative)[] first = Map(Derive(state.Parts[0]), target => pool.Sequence(target, second));
                return state.Parts[0].IsNullable ? Combine([first, Derive(second)], pool.AnyOf) : first;
            case PatternKind.Not:
                return Map(Derive(state.Parts[0]), pool.Not);
            case PatternKind.Repeat:
                Derivative rest = pool.Repeat(state.Parts[0], Math.Max(state.Min - 1, 0), state.Max == Derivative.Unlimited ? state.Max : state.Max - 1);
                return Map(Derive(state.Parts[0]), target => pool.Sequence(target, rest));
            default:
                (int, Derivative)[][] parts = [.. state.Parts.Select(Derive)];
                return Combine(parts, state.Kind == PatternKind.AnyOf ? pool.AnyOf : pool.AllOf);
        }
    }

    private (int First, Derivative Target)[] DeriveSet(CodePointSet set)
    {
        var pieces = new List<(int First, Derivative Target)>();
        int next = 0;
        foreach ((int first, int last) in set.Ranges)
        {
            if (first > next)
            {
                pieces.Add((next, pool.Never));
            }

            pieces.Add((first, pool.Empty));
            next = last + 1;
        }

        if (next <= CodePointSet.Last)
        {
            pieces.Add((next, pool.Never));
        }

        return [.. pieces];
    }

    private (int First, Derivative Target)[] DeriveStrings(Derivative state)
    {
        TextTable texts = state.Texts!;
        int low = state.Low;

        // Only the first can end here: a text sorts before those that go on.
        if (texts[low].Length == state.Depth)
        {
            low++;
        }

        var pieces = new List<(int First, Derivative Target)>();
        int next = 0;
        while (low < state.High)
        {
            int point = texts[low][state.Depth];
            int end = low + 1;
            while (end < state.High && texts[end][state.Depth] == point)
            {
                end++;
            }

            budget.Spend(end - low);
            if (point > next || pieces.Count == 0)
            {
                AddPiece(pieces, next, point, pool.Never);
            }

            pieces.Add((point, pool.Strings(texts, low, end, state.Depth + 1)));
            next = point + 1;
            low = end;
        }

        AddPiece(pieces, next, CodePointSet.Last + 1, pool.Never);
        return [.. pieces];
    }

    private static void AddPiece(List<(int First, Derivative Target)> pieces, int first, int end, Derivative target)
    {
        if (first < end)
        {
            pieces.Add((first, target));
        }
    }

    private (int First, Derivative Target)[] Map((int First, Derivative Target)[] pieces, Func<Derivative, Derivative> map)
    {
        var result = new List<(int First, Derivative Target)>(pieces.Length);
        foreach ((int first, Derivative target) in pieces)
        {
            // Given up: only soon matters now.
            if (budget.IsExhausted)
            {
                return [(0, pool.Never)];
            }

            AddMerged(result, first, map(target));
        }

        return [.. result];
    }

    private (int First, Derivative Target)[] Combine((int First, Derivative Target)[][] parts, Func<IEnumerable<Derivative>, Derivative> combine)
    {
        var result = new List<(int First, Derivative Target)>();
        int[] positions = new int[parts.Length];
        var targets = new Derivative[parts.Length];
        int point = 0;
        while (point <= CodePointSet.Last && budget.Spend(parts.Length))
        {
            int next = CodePointSet.Last + 1;
            for (int i = 0; i < parts.Length; i++)
            {
                while (positions[i] + 1 < parts[i].Length && parts[i][positions[i] + 1].First <= point)
                {
                    positions[i]++;
                }

                targets[i] = parts[i][positions[i]].Target;
                if (positions[i] + 1 < parts[i].Length)
                {
                    next = Math.Min(next, parts[i][positions[i] + 1].First);
                }
            }

            AddMerged(result, point, combine(targets));
            point = next;
        }

        return result.Count == 0 ? [(0, pool.Never)] : [.. result];
    }

    private static void AddMerged(List<(int First, Derivative Target)> pieces, int first, Derivative target)
    {
        if (pieces.Count == 0 || pieces[^1].Target != target)
        {
            pieces.Add((first, target));
        }
    }
}
