using MistralServe.Inference.Constraints.Vocabulary;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// A grammar ready to constrain sequences. Handed over by the thread that compiled it; from then on it and all its constraints
/// belong to the engine's thread.
/// </summary>
internal sealed class CompiledGrammar : ITokenConstraintFactory
{
    private readonly StateMaskBuilder _masks;
    private readonly ForcedSpan _forced;

    /// <summary>Sets up the machine.</summary>
    /// <param name="root">The grammar; some text completes it.</param>
    /// <param name="vocabulary">The vocabulary it was compiled for.</param>
    /// <param name="partBytes">Bytes that its parts take, about.</param>
    public CompiledGrammar(GrammarPart root, ConstraintVocabulary vocabulary, long partBytes)
    {
        Machine = new GrammarMachine(root, vocabulary);
        _masks = new StateMaskBuilder(Machine);
        _forced = new ForcedSpan(Machine);
        Bytes = partBytes;
    }

    /// <summary>The machine.</summary>
    public GrammarMachine Machine { get; }

    /// <summary>Keywords of schemas that it does not hold an answer to; set before it is shared.</summary>
    public IReadOnlyList<string> Unenforced { get; set; } = [];

    /// <summary>Bytes that it takes without masks and states, about.</summary>
    public long Bytes { get; }

    /// <inheritdoc/>
    public ITokenConstraint Create() => new GrammarConstraint(this);

    /// <summary>The mask of a state; computed when it is not there.</summary>
    public StateMask GetMask(MachineState state)
    {
        MachineState clamped = Machine.Clamp(state);
        if (clamped.Mask is { } known)
        {
            known.MarkUsed();
            return known;
        }

        StateMask mask = _masks.Build(clamped);
        clamped.Mask = mask;
        Machine.Vocabulary.Masks.Add(mask);
        return mask;
    }

    /// <summary>The mask of a state if it is there.</summary>
    public static StateMask? FindMask(MachineState state) => state.Clamped?.Mask;

    /// <summary>The tokens that must come after a state. Memory belongs to the state.</summary>
    public int[] GetForced(MachineState state) => state.Forced ??= _forced.Find(state);
}
