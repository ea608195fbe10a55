using MistralServe.Inference.Constraints.Lexing;
using MistralServe.Inference.Constraints.Machine;

namespace MistralServe.Tests.Constraints;

/// <summary>How far a state is from an end, at least: what leads a walk out of a language.</summary>
internal static class ShortestEnd
{
    /// <summary>Bytes to the nearest end; a token by id counts as one.</summary>
    public static long Bytes(MachineState state)
    {
        if (state.MayEnd)
        {
            return 0;
        }

        long least = long.MaxValue;
        foreach (MachineItem item in state.Items)
        {
            bool isKey = item.Part.Kind == PartKind.Members;
            long bytes = isKey ? KeyBytes(item) : item.Part.FreeText?.TokenTriggers.Count > 0 ? 1 : item.Lexeme?.GetMinBytes(item.State) ?? 1;
            for (StackFrame? frame = isKey ? item.Frame!.Parent : item.Frame; frame is not null; frame = frame.Parent)
            {
                bytes += Bytes(frame);
            }

            least = Math.Min(least, bytes);
        }

        return least;
    }

    /// <summary>The rest of the key whose member leads to an end soonest, the member, and those that must still come.</summary>
    private static long KeyBytes(in MachineItem item)
    {
        MemberTable members = item.Part.Members!;
        int count = members.Increment(~item.Frame!.Second);
        long least = long.MaxValue;
        for (int label = item.State.Low; label <= item.State.High; label++)
        {
            long key = members.Keys.GetMinBytes(item.State with { Low = label, High = label });
            if (key < long.MaxValue)
            {
                least = Math.Min(least, key + members.Bodies[label].Cost + MembersBytes(members, label + 1, count, isAtKey: false));
            }
        }

        return least;
    }

    private static long Bytes(StackFrame frame)
    {
        switch (frame.Part.Kind)
        {
            case PartKind.Sequence:
                long sum = 0;
                for (int i = frame.First; i < frame.Part.Children.Length; i++)
                {
                    sum += frame.Part.Children[i].Cost;
                }

                return sum;
            case PartKind.Repeat:
                return frame.First * frame.Part.Children[0].Cost;
            case PartKind.Members:
                return MembersBytes(frame.Part.Members!, frame.First, frame.Second < 0 ? ~frame.Second : frame.Second, frame.Second < 0);
            default:
                return frame.Part.Cost;
        }
    }

    /// <summary>The latest members that are allowed, until the list may end.</summary>
    private static long MembersBytes(MemberTable members, int index, int count, bool isAtKey)
    {
        long bytes = 0;
        while (isAtKey || !members.MayEnd(index, count))
        {
            (int first, int last) = members.Window(index, count);
            bytes += isAtKey || count == 0 ? 0 : members.Separator.Cost;
            isAtKey = false;
            if (last < first)
            {
                bytes += members.Extras.Min(extra => extra.Cost);
                index = members.Count;
            }
            else
            {
                bytes += members.Keys.GetMinBytes(new LexState(0, last, last)) + members.Bodies[last].Cost;
                index = last + 1;
            }

            count = members.Increment(count);
        }

        return bytes;
    }
}
