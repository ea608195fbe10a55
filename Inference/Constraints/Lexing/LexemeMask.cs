using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// What a state of one text allows, whatever follows the text: the tokens that stay inside it, and the nodes of the trie at which
/// it may end with more of a token to come. Immutable; any thread.
/// </summary>
/// <param name="owner">Who holds it.</param>
/// <param name="state">Of which state it is.</param>
internal sealed class LexemeMask(DfaLexeme owner, LexState state) : CachedMask
{
    /// <summary>Allowed tokens as a mask; null when they are few.</summary>
    public ulong[]? Dense { get; init; }

    /// <summary>Allowed tokens as a list; null when they are many.</summary>
    public int[]? Sparse { get; init; }

    /// <summary>Inner nodes of the trie at which the text may end, ascending; null when they are many.</summary>
    public int[]? Exits { get; init; }

    /// <summary>The same as bits by node; null when they are few.</summary>
    public ulong[]? ExitBits { get; init; }

    /// <summary>Which text ends at each exit; null when texts have no labels.</summary>
    public int[]? ExitLabels { get; init; }

    /// <inheritdoc/>
    public override int Bytes =>
        128 + (8 * ((Dense?.Length ?? 0) + (ExitBits?.Length ?? 0))) + (4 * ((Sparse?.Length ?? 0) + (Exits?.Length ?? 0) + (ExitLabels?.Length ?? 0)));

    /// <summary>Whether a text holds it.</summary>
    public bool IsOf(DfaLexeme lexeme) => ReferenceEquals(owner, lexeme);

    /// <summary>Adds the allowed tokens to a mask.</summary>
    public void AddTo(Span<ulong> mask)
    {
        if (Dense is not null)
        {
            for (int i = 0; i < Dense.Length; i++)
            {
                mask[i] |= Dense[i];
            }

            return;
        }

        foreach (int token in Sparse!)
        {
            mask[token / 64] |= 1UL << (token % 64);
        }
    }

    /// <inheritdoc/>
    public override void Drop() => owner.DropMask(state);
}
