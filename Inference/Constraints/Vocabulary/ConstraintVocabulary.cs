using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Lexing;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Constraints.Vocabulary;

/// <summary>
/// What constraints need to know of a model's vocabulary, and what they share: the trie, compiled texts, and the room for masks.
/// One per model. Nothing is built before the first constrained request asks. Any thread.
/// </summary>
internal sealed class ConstraintVocabulary
{
    // Issue: the mask cache of a process is at most 16 MiB.
    private const long MaskBytes = 16 * 1024 * 1024;

    private readonly Lazy<TokenTrie> _trie;
    private readonly Lazy<FoldedTrie> _folded;
    private readonly Lazy<ByteSet> _alphabet;
    private readonly Lazy<ulong[]> _controlTokens;
    private readonly Lazy<AnyText>[] _anyTexts;

    /// <summary>Wraps a vocabulary; builds nothing yet.</summary>
    public ConstraintVocabulary(IVocabulary vocabulary)
        : this(vocabulary, MaskBytes)
    {
    }

    /// <summary>Wraps a vocabulary with another bound of the masks' memory.</summary>
    public ConstraintVocabulary(IVocabulary vocabulary, long maskBytes)
    {
        Source = vocabulary;
        Masks = new MaskBudget(maskBytes);
        _trie = new Lazy<TokenTrie>(() => new TokenTrie(vocabulary));
        _folded = new Lazy<FoldedTrie>(() => new FoldedTrie(Trie));
        _alphabet = new Lazy<ByteSet>(FindAlphabet);
        _controlTokens = new Lazy<ulong[]>(FindControlTokens);
        _anyTexts = Array.ConvertAll(Enum.GetValues<TextEncoding>(), encoding => new Lazy<AnyText>(() => new AnyText(encoding, this)));
    }

    /// <summary>The vocabulary itself.</summary>
    public IVocabulary Source { get; }

    /// <summary>The texts of all tokens. The first call builds it.</summary>
    public TokenTrie Trie => _trie.Value;

    /// <summary>The same with bytes folded that most texts treat alike. The first call builds it.</summary>
    public FoldedTrie Folded => _folded.Value;

    /// <summary>
    /// Bytes that have a token of their own. Only texts of these are ever allowed: so each way that is open can be gone, and no
    /// mask is empty. Real vocabularies have all bytes that occur in UTF-8.
    /// </summary>
    public ByteSet Alphabet => _alphabet.Value;

    /// <summary>Mask of the tokens without text that don't end a generation. Length: <see cref="MaskWords"/>.</summary>
    public ReadOnlySpan<ulong> ControlTokens => _controlTokens.Value;

    /// <summary>Words of a mask.</summary>
    public int MaskWords => TokenMask.WordCount(Source.Count);

    /// <summary>Room for masks.</summary>
    public MaskBudget Masks { get; }

    /// <summary>Compiled texts, shared by all grammars.</summary>
    public LexemeCache Lexemes { get; } = new();

    /// <summary>Any text in an encoding. The first call builds it.</summary>
    public AnyText GetAnyText(TextEncoding encoding) => _anyTexts[(int)encoding].Value;

    private ByteSet FindAlphabet()
    {
        var set = default(ByteSet);
        TokenTrie trie = Trie;
        for (int node = 1; node < trie.Count; node = trie.End[node])
        {
            if (trie.TokenStart[node] < trie.TokenStart[node + 1])
            {
                set.Add(trie.Value[node]);
            }
        }

        return set;
    }

    private ulong[] FindControlTokens()
    {
        ulong[] mask = new ulong[MaskWords];
        for (int token = 0; token < Source.Count; token++)
        {
            if (Source.GetBytes(token).IsEmpty && !Source.IsEndOfGeneration(token))
            {
                mask[token / 64] |= 1UL << (token % 64);
            }
        }

        return mask;
    }
}
