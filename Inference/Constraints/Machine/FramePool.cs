namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// Makes the frames of one grammar so that equal ones are one object. When it has grown too large it forgets all: frames in use go
/// on, only their equals are no longer recognised. Belongs to the thread that owns the grammar.
/// </summary>
/// <param name="longestToken">Bytes of the longest token: bounds that no token reaches are all the same to masks.</param>
internal sealed class FramePool(int longestToken)
{
    // Ours: about 100 bytes each.
    private const int MaxFrames = 65_536;

    private readonly Dictionary<FrameKey, StackFrame> _frames = [];

    /// <summary>A frame that runs a part from its start.</summary>
    public StackFrame Start(GrammarPart part, StackFrame? parent) => part.Kind switch
    {
        PartKind.Repeat => Get(part, part.IsNullable ? 0 : part.Min, part.Max, parent),
        _ => Get(part, 0, 0, parent),
    };

    /// <summary>A frame.</summary>
    public StackFrame Get(GrammarPart part, int first, int second, StackFrame? parent)
    {
        var key = new FrameKey(part.Id, first, second, parent);
        if (_frames.TryGetValue(key, out StackFrame? known))
        {
            return known;
        }

        if (_frames.Count >= MaxFrames)
        {
            _frames.Clear();
        }

        var frame = new StackFrame(part, first, second, parent);
        _frames.Add(key, frame);
        return frame;
    }

    /// <summary>A frame with the same masks, equal for as many frames as possible.</summary>
    public StackFrame? Clamp(StackFrame? frame)
    {
        if (frame is null || frame.Clamped is not null)
        {
            return frame?.Clamped;
        }

        // Parents first, without recursion: a stack may be thousands deep.
        var open = new Stack<StackFrame>();
        for (StackFrame? part = frame; part is not null && part.Clamped is null; part = part.Parent)
        {
            open.Push(part);
        }

        while (open.TryPop(out StackFrame? next))
        {
            (int first, int second) = (next.First, next.Second);
            if (next.Part.Kind == PartKind.Repeat)
            {
                first = Math.Min(first, longestToken + 1);
                second = second > longestToken + 1 ? GrammarPart.Unlimited : second;
            }

            next.Clamped = Get(next.Part, first, second, next.Parent?.Clamped);
        }

        return frame.Clamped;
    }

    private readonly record struct FrameKey(int Part, int First, int Second, StackFrame? Parent)
    {
        public bool Equals(FrameKey other) => Part == other.Part && First == other.First && Second == other.Second && ReferenceEquals(Parent, other.Parent);

        public override int GetHashCode() =>
            HashCode.Combine(Part, First, Second, Parent is null ? 0 : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Parent));
    }
}
