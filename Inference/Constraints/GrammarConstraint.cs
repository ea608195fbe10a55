using System.Numerics;
using MistralServe.Inference.Constraints.Machine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Constraints;

/// <summary>
/// The place of one sequence in a compiled grammar. Belongs to the engine's thread.
/// </summary>
/// <param name="grammar">The grammar.</param>
internal sealed class GrammarConstraint(CompiledGrammar grammar) : ITokenConstraint
{
    // Ours: a power of two above the longest draft.
    private const int HistoryLength = 128;

    private readonly MachineState[] _history = new MachineState[HistoryLength];
    private int _accepted;
    private MachineState _state = grammar.Machine.Start;

    /// <inheritdoc/>
    public bool IsFree => _state.HasFreeText && (_state.AllowsAll ??= AllowsAll());

    /// <inheritdoc/>
    public int MaxRollback => HistoryLength;

    /// <summary>Where the sequence stands.</summary>
    public MachineState State => _state;

    /// <inheritdoc/>
    public void FillMask(Span<ulong> mask) => grammar.GetMask(_state).Fill(mask);

    /// <inheritdoc/>
    public bool Allows(int token) => CompiledGrammar.FindMask(_state)?.Allows(token) ?? grammar.Machine.Allows(_state, token);

    /// <inheritdoc/>
    public bool Accept(int token)
    {
        if (grammar.Machine.Step(_state, token) is not { } next)
        {
            return false;
        }

        _history[_accepted++ & (HistoryLength - 1)] = _state;
        _state = next;
        return true;
    }

    /// <inheritdoc/>
    public void RollBack(int tokenCount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokenCount, Math.Min(_accepted, HistoryLength));
        if (tokenCount > 0)
        {
            _accepted -= tokenCount;
            _state = _history[_accepted & (HistoryLength - 1)];
        }
    }

    /// <inheritdoc/>
    public int GetForcedTokens(Span<int> tokens)
    {
        ReadOnlySpan<int> forced = grammar.GetForced(_state);
        int count = Math.Min(forced.Length, tokens.Length);
        forced[..count].CopyTo(tokens);
        return count;
    }

    private bool AllowsAll()
    {
        int size = grammar.Machine.Vocabulary.Source.Count;
        ulong[] mask = new ulong[TokenMask.WordCount(size)];
        FillMask(mask);
        int count = 0;
        foreach (ulong word in mask)
        {
            count += BitOperations.PopCount(word);
        }

        return count == size;
    }
}
