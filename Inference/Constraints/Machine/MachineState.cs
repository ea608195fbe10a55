namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// All ways in which a text so far can be read. Equal states are one object as long as their grammar's pool remembers them.
/// Immutable but for caches; belongs to the thread that owns the grammar.
/// </summary>
/// <param name="items">The ways.</param>
/// <param name="mayEnd">Whether the text may end.</param>
internal sealed class MachineState(MachineItem[] items, bool mayEnd)
{
    /// <summary>The ways.</summary>
    public MachineItem[] Items { get; } = items;

    /// <summary>Whether the text may end.</summary>
    public bool MayEnd { get; } = mayEnd;

    /// <summary>Whether free text is one of the ways.</summary>
    public bool HasFreeText { get; } = Array.Exists(items, item => item.Part.Kind == PartKind.FreeText);

    /// <summary>The state that stands for this one where masks are concerned; null until computed.</summary>
    public MachineState? Clamped { get; set; }

    /// <summary>Its mask; null until computed or when there was no room.</summary>
    public StateMask? Mask { get; set; }

    /// <summary>Whether its mask allows every token; null until computed.</summary>
    public bool? AllowsAll { get; set; }

    /// <summary>Tokens that must come next; null until computed.</summary>
    public int[]? Forced { get; set; }
}
