using MistralServe.Inference.Constraints.Lexing;

namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// Finds what may come where a frame's turn has come, by running parts until each way stands before a text or token. Works off a
/// list instead of recursing. Belongs to the thread that owns the grammar.
/// </summary>
internal sealed class Expander(FramePool frames)
{
    // Ours: rules that may each be empty can be combined in more ways than can be counted. What was found until then is followed.
    private const int MaxSteps = 10_000;

    private readonly Stack<(GrammarPart? Part, int First, int Second, StackFrame? Frame)> _open = new();
    private readonly HashSet<StackFrame> _visited = [];
    private readonly HashSet<StackFrame> _entered = [];
    private readonly ItemList _found = new();

    /// <summary>Whether some frame had more ways than are followed.</summary>
    public bool HasGivenUp { get; private set; }

    /// <summary>Steps taken so far; overflows.</summary>
    public int Steps { get; private set; }

    /// <summary>What may come when it is a frame's turn; computed once for each frame.</summary>
    public Continuation Expand(StackFrame frame)
    {
        if (frame.Continuation is { } known)
        {
            return known;
        }

        _visited.Clear();
        _entered.Clear();
        _found.Clear();
        _open.Clear();
        Continue(frame);
        int steps = 0;
        while (_open.TryPop(out (GrammarPart? Part, int First, int Second, StackFrame? Frame) next))
        {
            if (++steps > MaxSteps && !_found.IsDead)
            {
                HasGivenUp = true;
                break;
            }

            if (next.Part is not null)
            {
                Run(next.Part, next.First, next.Second, next.Frame);
            }
            else if (next.Frame is null)
            {
                _found.MayEnd = true;
            }
            else if (_visited.Add(next.Frame))
            {
                Run(next.Frame.Part, next.Frame.First, next.Frame.Second, next.Frame.Parent);
            }
        }

        Steps += steps;
        MachineItem[] items = _found.Items.ToArray();
        var result = new Continuation(items, Array.ConvertAll(items, NextBytes), _found.MayEnd);
        frame.Continuation = result;
        return result;
    }

    private static ByteSet NextBytes(MachineItem item)
    {
        var bytes = default(ByteSet);
        item.Lexeme?.AddNextBytes(item.State, ref bytes);
        return bytes;
    }

    private void Continue(StackFrame? frame)
    {
        // A run of a repetition that read nothing doesn't count: it would only lead to the same places with less room.
        if (frame is null || !_entered.Contains(frame))
        {
            _open.Push((null, 0, 0, frame));
        }
    }

    private void Enter(GrammarPart part, StackFrame? parent)
    {
        if (!part.IsPossible)
        {
            return;
        }

        (int first, int second) = part.Kind == PartKind.Repeat ? (part.IsNullable ? 0 : part.Min, part.Max) : (0, 0);
        _open.Push((part, first, second, parent));
    }

    private void Run(GrammarPart part, int first, int second, StackFrame? parent)
    {
        switch (part.Kind)
        {
            case PartKind.Text:
                _found.Add(new MachineItem(part, part.Start, parent));
                if (part.Lexeme!.IsAccepting(part.Start))
                {
                    Continue(parent);
                }

                break;
            case PartKind.Tokens:
                _found.Add(new MachineItem(part, default, parent));
                break;
            case PartKind.Sequence:
                RunSequence(part, first, parent);
                break;
            case PartKind.AnyOf:
            case PartKind.Rule:
                for (int i = part.Children.Length - 1; i >= 0; i--)
                {
                    Enter(part.Children[i], parent);
                }

                break;
            case PartKind.Repeat:
                RunRepeat(part, first, second, parent);
                break;
            case PartKind.Members:
                RunMembers(part, first, second, parent);
                break;
            default:
                _found.Add(new MachineItem(part, part.Start, parent));
                if (part.FreeText!.MayEnd && parent is null)
                {
                    _found.MayEnd = true;
                }

                break;
        }
    }

    private void RunSequence(GrammarPart part, int index, StackFrame? parent)
    {
        if (index == part.Children.Length)
        {
            Continue(parent);
            return;
        }

        // The last child needs no frame: so recursion to the right doesn't grow the stack.
        Enter(part.Children[index], index == part.Children.Length - 1 ? parent : frames.Get(part, index + 1, 0, parent));
    }

    private void RunRepeat(GrammarPart part, int min, int max, StackFrame? parent)
    {
        if (min == 0)
        {
            Continue(parent);
        }

        GrammarPart child = part.Children[0];
        if (max == 0 || !child.IsPossible)
        {
            return;
        }

        if (max == 1 && min <= 1)
        {
            Enter(child, parent);
            return;
        }

        StackFrame rest = frames.Get(part, Math.Max(min - 1, 0), max == GrammarPart.Unlimited ? max : max - 1, parent);
        if (child.IsNullable)
        {
            _entered.Add(rest);
        }

        Enter(child, rest);
    }

    private void RunMembers(GrammarPart part, int index, int progress, StackFrame? parent)
    {
        MemberTable members = part.Members!;
        bool isAtKey = progress < 0;
        int count = isAtKey ? ~progress : progress;
        if (!isAtKey && members.MayEnd(index, count))
        {
            Continue(parent);
        }

        (int first, int last) = members.Window(index, count);
        bool mayAddExtra = members.MayAddExtra(index, count);
        if (last < first && !mayAddExtra)
        {
            return;
        }

        StackFrame own = frames.Get(part, index, ~count, parent);
        if (!isAtKey && count > 0)
        {
            Enter(members.Separator, own);
            return;
        }

        if (last >= first)
        {
            _found.Add(new MachineItem(part, new LexState(0, first, last), own));
        }

        if (mayAddExtra)
        {
            StackFrame next = frames.Get(part, members.Count, members.Increment(count), parent);
            foreach (GrammarPart extra in members.Extras)
            {
                Enter(extra, next);
            }
        }
    }
}
