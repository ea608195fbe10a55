using System.Numerics;
using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>A mask of a text while it is made, from nothing or from another mask. Belongs to one thread.</summary>
internal sealed class MaskDraft : ITokenVisitor
{
    // Each listed exit costs a walk of its own, about 0.5 us; of more there are bits, which are looked up where the next bytes are.
    private const int MaxListedExits = 256;

    private readonly DfaLexeme _lexeme;
    private readonly TokenTrie _trie;
    private readonly ulong[] _mask;
    private readonly List<int> _exits = [];
    private readonly List<int> _labels = [];
    private readonly int[] _knownExits = [];
    private readonly ulong[]? _exitBits;
    private int _nextKnown;

    /// <summary>Starts with nothing.</summary>
    /// <param name="lexeme">Whose mask it becomes.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    public MaskDraft(DfaLexeme lexeme, ConstraintVocabulary vocabulary)
    {
        _lexeme = lexeme;
        _trie = vocabulary.Trie;
        _mask = new ulong[vocabulary.MaskWords];
    }

    /// <summary>Starts with a mask; nodes then come in ascending order.</summary>
    /// <param name="lexeme">Whose mask it becomes; without labels.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="known">Of a text without labels.</param>
    public MaskDraft(DfaLexeme lexeme, ConstraintVocabulary vocabulary, LexemeMask known)
        : this(lexeme, vocabulary)
    {
        known.AddTo(_mask);
        _knownExits = known.Exits ?? [];
        _exitBits = known.ExitBits is null ? null : [.. known.ExitBits];
    }

    /// <summary>Allows the tokens of a node.</summary>
    public void AllowNode(int node)
    {
        ReadOnlySpan<int> starts = _trie.TokenStart;
        ReadOnlySpan<int> tokens = _trie.Tokens;
        for (int i = starts[node]; i < starts[node + 1]; i++)
        {
            _mask[tokens[i] / 64] |= 1UL << (tokens[i] % 64);
        }
    }

    /// <summary>Allows some tokens.</summary>
    public void Allow(ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            _mask[token / 64] |= 1UL << (token % 64);
        }
    }

    /// <summary>Allows the tokens of a mask.</summary>
    public void Allow(ReadOnlySpan<ulong> mask)
    {
        for (int i = 0; i < mask.Length; i++)
        {
            _mask[i] |= mask[i];
        }
    }

    /// <summary>Forbids some tokens.</summary>
    public void Forbid(ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            _mask[token / 64] &= ~(1UL << (token % 64));
        }
    }

    /// <summary>Forbids the tokens of a node and of all below it, where the text ends nowhere any more.</summary>
    public void ForbidBelow(int node)
    {
        int end = _trie.End[node];
        Forbid(_trie.Tokens[_trie.TokenStart[node].._trie.TokenStart[end]]);
        CopyExitsBefore(node);
        while (_nextKnown < _knownExits.Length && _knownExits[_nextKnown] < end)
        {
            _nextKnown++;
        }

        for (int below = node; below < end && _exitBits is not null; below++)
        {
            _exitBits[below / 64] &= ~(1UL << (below % 64));
        }
    }

    /// <summary>Notes whether the text may end at a node that is not the end of all tokens.</summary>
    public void SetExit(int node, bool isExit)
    {
        if (_exitBits is not null)
        {
            ulong bit = 1UL << (node % 64);
            _exitBits[node / 64] = isExit ? _exitBits[node / 64] | bit : _exitBits[node / 64] & ~bit;
            return;
        }

        CopyExitsBefore(node);
        _nextKnown += _nextKnown < _knownExits.Length && _knownExits[_nextKnown] == node ? 1 : 0;
        if (isExit)
        {
            _exits.Add(node);
        }
    }

    /// <inheritdoc/>
    public void Visit(in LexState state, ReadOnlySpan<int> tokens, ReadOnlySpan<int> inner)
    {
        Allow(tokens);
        if (inner.IsEmpty || !_lexeme.IsAccepting(state))
        {
            return;
        }

        _exits.AddRange(inner);
        if (_lexeme.HasLabels)
        {
            _labels.AddRange(Sequence.Repeat(_lexeme.GetLabel(state), inner.Length));
        }
    }

    /// <summary>Notes an inner node at which the text may end, in any order.</summary>
    public void AddExit(int node) => _exits.Add(node);

    /// <summary>The mask.</summary>
    /// <param name="state">Of which state it is.</param>
    public LexemeMask ToMask(in LexState state)
    {
        CopyExitsBefore(int.MaxValue);
        int count = 0;
        foreach (ulong word in _mask)
        {
            count += BitOperations.PopCount(word);
        }

        bool isSparse = count < _mask.Length * 2;
        if (_labels.Count == 0)
        {
            // Folded nodes come in no order.
            _exits.Sort();
        }

        bool isListed = _exitBits is null && (_exits.Count <= MaxListedExits || _labels.Count > 0);
        return new LexemeMask(_lexeme, state)
        {
            Dense = isSparse ? null : _mask,
            Sparse = isSparse ? TokenList(_mask, count) : null,
            Exits = isListed ? [.. _exits] : null,
            ExitBits = isListed ? null : _exitBits ?? Bits(),
            ExitLabels = _labels.Count > 0 ? [.. _labels] : null,
        };
    }

    /// <summary>The tokens of a mask, ascending.</summary>
    public static int[] TokenList(ReadOnlySpan<ulong> mask, int count)
    {
        int[] tokens = new int[count];
        int next = 0;
        for (int word = 0; word < mask.Length; word++)
        {
            for (ulong rest = mask[word]; rest != 0; rest &= rest - 1)
            {
                tokens[next++] = (word * 64) + BitOperations.TrailingZeroCount(rest);
            }
        }

        return tokens;
    }

    private void CopyExitsBefore(int node)
    {
        while (_nextKnown < _knownExits.Length && _knownExits[_nextKnown] < node)
        {
            _exits.Add(_knownExits[_nextKnown++]);
        }
    }

    private ulong[] Bits()
    {
        ulong[] bits = new ulong[(_trie.Count + 63) / 64];
        foreach (int node in _exits)
        {
            bits[node / 64] |= 1UL << (node % 64);
        }

        return bits;
    }
}
