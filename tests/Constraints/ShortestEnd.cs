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
            long own = item.Part.FreeText?.TokenTriggers.Count > 0 ? 1 : item.Lexeme?.GetMinBytes(item.State) ?? 1;
            long rest = 0;
            for (StackFrame? frame = item.Frame; frame is not null; frame = frame.Parent)
            {
                rest += Bytes(frame);
            }

            least = Math.Min(least, own + rest);
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
                return MembersBytes(frame);
            default:
                return frame.Part.Cost;
        }
    }

    private static long MembersBytes(StackFrame frame)
    {
        MemberTable members = frame.Part.Members!;
        int count = frame.Second < 0 ? ~frame.Second : frame.Second;
        int index = frame.First;
        long bytes = 0;
        while (!members.MayEnd(index, count))
        {
            (int first, int last) = members.Window(index, count);
            bytes += members.Separator.Cost + 1;
            if (last < first)
            {
                bytes += members.Extras.Min(extra => extra.Cost);
            }
            else
            {
                bytes += members.Bodies[last].Cost;
                index = last + 1;
            }

            count = members.Increment(count);
        }

        return bytes;
    }
}
