namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// A language of texts that a state machine over bytes recognises. States that can't be completed don't exist: a step that would
/// lead to one fails. Immutable but for caches inside; any thread.
/// </summary>
internal abstract class Lexeme
{
    /// <summary>Label of a text that has none.</summary>
    public const int NoLabel = -1;

    /// <summary>Whether there is no text at all.</summary>
    public abstract bool IsNever { get; }

    /// <summary>
    /// Goes on by one byte.
    /// </summary>
    /// <param name="state">State before; state after when the result is true.</param>
    /// <param name="value">The byte.</param>
    /// <returns>False when no text goes on so.</returns>
    public abstract bool TryStep(ref LexState state, byte value);

    /// <summary>Whether the text may end here.</summary>
    public abstract bool IsAccepting(in LexState state);

    /// <summary>Whether the text may go on here.</summary>
    public abstract bool HasNext(in LexState state);

    /// <summary>Which of several texts has ended in an accepting state; <see cref="NoLabel"/> when they are not told apart.</summary>
    public virtual int GetLabel(in LexState state) => NoLabel;

    /// <summary>A state with the same masks, equal for as many states as possible.</summary>
    public virtual LexState Clamp(in LexState state) => state;

    /// <summary>Adds all bytes that a step may take.</summary>
    public abstract void AddNextBytes(in LexState state, ref ByteSet bytes);

    /// <summary>Fewest bytes from a state to an end.</summary>
    public abstract long GetMinBytes(in LexState state);
}
