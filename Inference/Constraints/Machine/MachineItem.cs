using MistralServe.Inference.Constraints.Lexing;

namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// One way in which the text so far can be read: inside one text or before one token.
/// </summary>
/// <param name="Part">The text, token, free text or member list (reading a key) that is being read.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Frame">What comes after it; of a member list its own frame.</param>
internal readonly record struct MachineItem(GrammarPart Part, LexState State, StackFrame? Frame)
{
    /// <summary>The language that is being read; null before a token.</summary>
    public Lexeme? Lexeme => Part.Kind == PartKind.Members ? Part.Members!.Keys : Part.Lexeme;

    /// <summary>A hash over the content.</summary>
    public int Hash => HashCode.Combine(Part.Id, State.State, State.Low, State.High, Frame is null ? 0 : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Frame));

    /// <summary>Whether both are the same way.</summary>
    public bool IsSame(in MachineItem other) => ReferenceEquals(Part, other.Part) && State == other.State && ReferenceEquals(Frame, other.Frame);
}
