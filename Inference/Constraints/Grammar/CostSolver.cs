using MistralServe.Inference.Constraints.Machine;

namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>
/// Computes the cost of the shortest text of each part, which also says what can be completed at all. Costs only fall until nothing
/// changes. Stateless; request threads.
/// </summary>
internal static class CostSolver
{
    /// <summary>Sets the costs of all parts that have children. The budget may be used up, which then says why.</summary>
    public static void Solve(IReadOnlyList<GrammarPart> parts, CompileBudget budget)
    {
        var users = new List<int>?[parts.Count];
        foreach (GrammarPart part in parts)
        {
            foreach (GrammarPart child in part.Children)
            {
                (users[child.Id] ??= []).Add(part.Id);
            }
        }

        var open = new Queue<int>(Sequence.Range(0, parts.Count));
        bool[] isOpen = new bool[parts.Count];
        Array.Fill(isOpen, true);
        while (open.TryDequeue(out int id))
        {
            isOpen[id] = false;
            GrammarPart part = parts[id];
            long cost = Cost(part);
            if (!budget.Spend(1 + part.Children.Length))
            {
                return;
            }

            bool isLeaf = part.Kind is PartKind.Text or PartKind.Tokens;
            if (cost >= part.Cost && !isLeaf)
            {
                continue;
            }

            bool wasPossible = part.IsPossible;
            part.Cost = cost;
            if (!isLeaf || wasPossible)
            {
                Reopen(users[id], open, isOpen);
            }
        }
    }

    private static void Reopen(List<int>? users, Queue<int> open, bool[] isOpen)
    {
        foreach (int user in users ?? [])
        {
            if (!isOpen[user])
            {
                isOpen[user] = true;
                open.Enqueue(user);
            }
        }
    }

    private static long Cost(GrammarPart part)
    {
        switch (part.Kind)
        {
            case PartKind.Sequence:
                long sum = 0;
                foreach (GrammarPart child in part.Children)
                {
                    if (!child.IsPossible)
                    {
                        return GrammarPart.Impossible;
                    }

                    sum = MemberNeeds.Add(sum, child.Cost);
                }

                return sum;
            case PartKind.AnyOf:
            case PartKind.Rule:
                return Least(part.Children);
            case PartKind.Repeat:
                GrammarPart body = part.Children[0];
                return part.Min == 0 ? 0 : body.IsPossible ? MemberNeeds.Multiply(body.Cost, part.Min) : GrammarPart.Impossible;
            case PartKind.Members:
                return part.Needs!.Cost(part.Children);
            case PartKind.FreeText:
                return part.MayEnd ? 0 : Least(part.Children);
            default:
                return part.Cost;
        }
    }

    private static long Least(GrammarPart[] parts)
    {
        long least = GrammarPart.Impossible;
        foreach (GrammarPart part in parts)
        {
            least = Math.Min(least, part.Cost);
        }

        return least;
    }
}
