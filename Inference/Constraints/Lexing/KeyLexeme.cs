namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// The keys of a member list, of which those in a window of their order may come. The label of a text is the index of its member.
/// Immutable; any thread.
/// </summary>
internal sealed class KeyLexeme : Lexeme
{
    private readonly byte[][] _texts;
    private readonly int[] _members;
    private readonly StringSet? _set;
    private readonly RangeIndex? _index;

    /// <summary>
    /// Builds it.
    /// </summary>
    /// <param name="keys">Keys in order of the members, all different.</param>
    public KeyLexeme(IReadOnlyList<byte[]> keys)
    {
        _members = [.. Sequence.Range(0, keys.Count)];
        Array.Sort(_members, (left, right) => keys[left].AsSpan().SequenceCompareTo(keys[right]));
        _texts = Array.ConvertAll(_members, member => keys[member]);
        _set = keys.Count == 0 ? null : StringSet.Create(_texts);
        _index = keys.Count == 0 ? null : new RangeIndex(_members);
    }

    /// <inheritdoc/>
    public override bool IsNever => _set is null;

    /// <inheritdoc/>
    public override bool TryStep(ref LexState state, byte value)
    {
        int next = _set!.Next(state.State, value);
        if (next < 0)
        {
            return false;
        }

        (int low, int high) = _set.Through(next);
        if (!_index!.Any(low, high, state.Low, state.High))
        {
            return false;
        }

        state = state with { State = next };
        return true;
    }

    /// <inheritdoc/>
    public override bool IsAccepting(in LexState state)
    {
        int label = GetLabel(state);
        return label >= state.Low && label <= state.High;
    }

    /// <inheritdoc/>
    public override int GetLabel(in LexState state)
    {
        int text = _set!.EndingAt(state.State);
        return text < 0 ? NoLabel : _members[text];
    }

    /// <inheritdoc/>
    public override bool HasNext(in LexState state) => _set!.HasNext(state.State);

    /// <inheritdoc/>
    public override void AddNextBytes(in LexState state, ref ByteSet bytes)
    {
        var candidates = default(ByteSet);
        _set!.AddNextBytes(state.State, ref candidates);
        for (int value = candidates.Next(0); value >= 0; value = candidates.Next(value + 1))
        {
            LexState next = state;
            if (TryStep(ref next, (byte)value))
            {
                bytes.Add((byte)value);
            }
        }
    }

    /// <inheritdoc/>
    public override long GetMinBytes(in LexState state)
    {
        (int first, int last) = (state.Low, state.High);
        return _set!.GetMinBytes(state.State, _texts, text => _members[text] >= first && _members[text] <= last);
    }
}
