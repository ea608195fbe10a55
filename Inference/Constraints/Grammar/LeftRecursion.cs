using MistralServe.Inference.Constraints.Machine;

namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>Finds rules that come back to themselves before anything is read. Stateless; request threads.</summary>
internal static class LeftRecursion
{
    private enum Mark : byte
    {
        New,
        Open,
        Done,
    }

    /// <summary>The name of such a rule; null when there is none.</summary>
    public static string? Find(IReadOnlyList<GrammarPart> parts)
    {
        var marks = new Mark[parts.Count];
        var path = new Stack<(GrammarPart Part, int Next)>();
        foreach (GrammarPart start in parts)
        {
            if (marks[start.Id] != Mark.New)
            {
                continue;
            }

            marks[start.Id] = Mark.Open;
            path.Push((start, 0));
            while (path.TryPop(out (GrammarPart Part, int Next) step))
            {
                if (First(step.Part, step.Next) is not { } child)
                {
                    marks[step.Part.Id] = Mark.Done;
                    continue;
                }

                path.Push((step.Part, step.Next + 1));
                if (marks[child.Id] == Mark.Open)
                {
                    return NameOf(path, child);
                }

                if (marks[child.Id] == Mark.New && child.IsPossible)
                {
                    marks[child.Id] = Mark.Open;
                    path.Push((child, 0));
                }
            }
        }

        return null;
    }

    /// <summary>One of the parts that may read first when a part runs; null when there are no more.</summary>
    private static GrammarPart? First(GrammarPart part, int index)
    {
        if (index >= part.Children.Length || !part.IsPossible)
        {
            return null;
        }

        return part.Kind switch
        {
            PartKind.AnyOf or PartKind.Rule or PartKind.Repeat => part.Children[index],
            PartKind.Sequence when index == 0 || part.Children[index - 1].IsNullable => part.Children[index],
            _ => null,
        };
    }

    private static string NameOf(Stack<(GrammarPart Part, int Next)> path, GrammarPart loop)
    {
        string name = loop.Name ?? "";
        foreach ((GrammarPart part, int _) in path)
        {
            if (name.Length > 0 || part == loop)
            {
                break;
            }

            name = part.Name ?? "";
        }

        return name;
    }
}
