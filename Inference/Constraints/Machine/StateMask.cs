using MistralServe.Inference.Constraints.Lexing;
using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// The mask of a state: what one of its texts allows, which others share, and what comes on top of it. Immutable; any thread.
/// </summary>
/// <param name="owner">The state that holds it.</param>
internal sealed class StateMask(MachineState owner) : CachedMask
{
    /// <summary>Mask of a text, of which this is a superset; null when there is none.</summary>
    public LexemeMask? Base { get; init; }

    /// <summary>The whole mask; null when <see cref="Tokens"/> is enough.</summary>
    public ulong[]? Dense { get; init; }

    /// <summary>Tokens besides those of <see cref="Base"/>; null when <see cref="Dense"/> has all.</summary>
    public int[]? Tokens { get; init; }

    /// <inheritdoc/>
    public override int Bytes => 96 + (8 * (Dense?.Length ?? 0)) + (4 * (Tokens?.Length ?? 0));

    /// <summary>Writes the mask.</summary>
    public void Fill(Span<ulong> mask)
    {
        if (Dense is not null)
        {
            Dense.CopyTo(mask);
            return;
        }

        if (Base is not null)
        {
            Base.Dense!.CopyTo(mask);
        }
        else
        {
            mask.Clear();
        }

        foreach (int token in Tokens!)
        {
            mask[token / 64] |= 1UL << (token % 64);
        }
    }

    /// <summary>Whether a token is allowed.</summary>
    public bool Allows(int token)
    {
        if (Dense is not null)
        {
            return Has(Dense, token);
        }

        return (Base is not null && Has(Base.Dense!, token)) || Tokens.AsSpan().BinarySearch(token) >= 0;
    }

    /// <inheritdoc/>
    public override void Drop() => owner.Mask = null;

    private static bool Has(ulong[] mask, int token) => (mask[token / 64] >> (token % 64) & 1) != 0;
}
