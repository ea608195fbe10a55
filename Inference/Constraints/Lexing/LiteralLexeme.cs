namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>One of some byte strings. Immutable; any thread.</summary>
internal sealed class LiteralLexeme : Lexeme
{
    private readonly byte[][] _texts;
    private readonly StringSet? _set;

    /// <summary>
    /// Builds it.
    /// </summary>
    /// <param name="texts">Any order; duplicates and texts that the alphabet cannot write don't count.</param>
    /// <param name="alphabet">Bytes that can be written.</param>
    public LiteralLexeme(IEnumerable<byte[]> texts, ByteSet alphabet)
    {
        _texts = Sort(texts, alphabet);
        _set = _texts.Length == 0 ? null : StringSet.Create(_texts);
    }

    /// <inheritdoc/>
    public override bool IsNever => _set is null;

    /// <summary>Those of some texts that can be written, ascending, without duplicates.</summary>
    public static byte[][] Sort(IEnumerable<byte[]> texts, ByteSet alphabet)
    {
        List<byte[]> list = [.. texts.Where(text => Array.TrueForAll(text, alphabet.Contains))];
        list.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        int kept = 0;
        for (int i = 0; i < list.Count; i++)
        {
            if (i == 0 || !list[i].AsSpan().SequenceEqual(list[kept - 1]))
            {
                list[kept++] = list[i];
            }
        }

        return [.. list[..kept]];
    }

    /// <inheritdoc/>
    public override bool TryStep(ref LexState state, byte value)
    {
        int next = _set!.Next(state.State, value);
        if (next < 0)
        {
            return false;
        }

        state = new LexState(next, 0, 0);
        return true;
    }

    /// <inheritdoc/>
    public override bool IsAccepting(in LexState state) => _set!.EndingAt(state.State) >= 0;

    /// <inheritdoc/>
    public override bool HasNext(in LexState state) => _set!.HasNext(state.State);

    /// <inheritdoc/>
    public override void AddNextBytes(in LexState state, ref ByteSet bytes) => _set!.AddNextBytes(state.State, ref bytes);

    /// <inheritdoc/>
    public override long GetMinBytes(in LexState state) => _set!.GetMinBytes(state.State, _texts, static _ => true);
}
