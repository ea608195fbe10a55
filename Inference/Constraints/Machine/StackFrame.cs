namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// What is left to do when the work above it is done: run a part on from some progress, then what lies below. Frames with equal
/// content are one object as long as their grammar's pool remembers them. Immutable but for caches; belongs to the thread that
/// owns the grammar.
/// </summary>
/// <param name="part">The part to run.</param>
/// <param name="first">Sequence: next child; repetition: least further runs; members: next member.</param>
/// <param name="second">Repetition: most further runs; members: count so far, complemented when a key must come now.</param>
/// <param name="parent">What lies below; null is the end of the text.</param>
internal sealed class StackFrame(GrammarPart part, int first, int second, StackFrame? parent)
{
    /// <summary>The part to run.</summary>
    public GrammarPart Part { get; } = part;

    /// <summary>Progress.</summary>
    public int First { get; } = first;

    /// <summary>Progress.</summary>
    public int Second { get; } = second;

    /// <summary>What lies below.</summary>
    public StackFrame? Parent { get; } = parent;

    /// <summary>What may come when this frame's turn has come; null until computed.</summary>
    public Continuation? Continuation { get; set; }

    /// <summary>A frame with the same masks, equal for as many frames as possible; null until computed.</summary>
    public StackFrame? Clamped { get; set; }
}
