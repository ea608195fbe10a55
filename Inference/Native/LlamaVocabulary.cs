using System.Runtime.InteropServices;
using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Native;

/// <summary>The vocabulary of a loaded model. Bytes of tokens are read once each, when first needed: a cold start pays for none.</summary>
internal sealed unsafe class LlamaVocabulary : IVocabulary
{
    private const int WordPieces = 3;

    private readonly nint _vocabulary;
    private readonly LlamaModelHandle _model;
    private readonly byte[]?[] _bytes;
    private readonly Lazy<int> _longest;
    private readonly Lazy<int[]> _endOfGeneration;
    private readonly Lazy<SpecialToken[]> _special;

    /// <summary>Wraps the vocabulary; the model stays alive as long as this.</summary>
    public LlamaVocabulary(LlamaModelHandle model)
    {
        _model = model;
        _vocabulary = LlamaApi.llama_model_get_vocab(model.DangerousGetHandle());
        Count = LlamaApi.llama_vocab_n_tokens(_vocabulary);
        FillInMiddle = FindFillInMiddle();
        _bytes = new byte[]?[Count];
        _longest = new Lazy<int>(FindLongest);
        _endOfGeneration = new Lazy<int[]>(FindEndOfGeneration);
        _special = new Lazy<SpecialToken[]>(FindSpecial);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int LongestTokenBytes => _longest.Value;

    /// <inheritdoc/>
    public FillInMiddleTokens? FillInMiddle { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<int> EndOfGenerationTokens => _endOfGeneration.Value;

    /// <inheritdoc/>
    public IReadOnlyList<SpecialToken> SpecialTokens => _special.Value;

    /// <inheritdoc/>
    public int? BeginToken => LlamaApi.llama_vocab_bos(_vocabulary) is var token && (uint)token < (uint)Count ? token : null;

    /// <inheritdoc/>
    public int? EndToken => LlamaApi.llama_vocab_eos(_vocabulary) is var token && (uint)token < (uint)Count ? token : null;

    /// <inheritdoc/>
    public bool AddsBeginToken => LlamaApi.llama_vocab_get_add_bos(_vocabulary) != 0;

    /// <inheritdoc/>
    /// <remarks>Vocabularies of word pieces end every text with a separator, which is all that BERT has between two.</remarks>
    public int? PairSeparator =>
        LlamaApi.llama_vocab_type(_vocabulary) != WordPieces && LlamaApi.llama_vocab_get_add_sep(_vocabulary) != 0
            && LlamaApi.llama_vocab_sep(_vocabulary) is var token && (uint)token < (uint)Count
            ? token
            : null;

    /// <inheritdoc/>
    public string GetSpelling(int token) =>
        (uint)token < (uint)Count ? Marshal.PtrToStringUTF8((nint)LlamaApi.llama_vocab_get_text(_vocabulary, token)) ?? "" : "";

    /// <inheritdoc/>
    public bool IsEndOfGeneration(int token) => (uint)token < (uint)Count && LlamaApi.llama_vocab_is_eog(_vocabulary, token) != 0;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetBytes(int token)
    {
        if ((uint)token >= (uint)Count)
        {
            return [];
        }

        // Two threads may both read a token; they store equal arrays.
        byte[]? bytes = Volatile.Read(ref _bytes[token]);
        if (bytes is null)
        {
            bytes = ReadBytes(token, special: false);
            Volatile.Write(ref _bytes[token], bytes);
        }

        return bytes;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetName(int token)
    {
        ReadOnlySpan<byte> bytes = GetBytes(token);
        return bytes.IsEmpty && (uint)token < (uint)Count ? ReadBytes(token, special: true) : bytes;
    }

    /// <inheritdoc/>
    public int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial, bool parseSpecial)
    {
        // A byte gives at most one token, BOS and EOS come on top; a prefix space of some vocabularies is one more.
        int[] tokens = new int[checked(text.Length + 8)];
        int count = Tokenize(text, tokens, addSpecial, parseSpecial);
        if (count < 0)
        {
            tokens = new int[-count];
            count = Tokenize(text, tokens, addSpecial, parseSpecial);
        }

        GC.KeepAlive(_model);
        return tokens.AsSpan(0, Math.Max(count, 0)).ToArray();
    }

    private int Tokenize(ReadOnlySpan<byte> text, int[] tokens, bool addSpecial, bool parseSpecial)
    {
        fixed (byte* textPointer = text)
        {
            fixed (int* tokenPointer = tokens)
            {
                byte empty = 0;
                byte* start = textPointer is null ? &empty : textPointer;
                return LlamaApi.llama_tokenize(_vocabulary, start, text.Length, tokenPointer, tokens.Length, addSpecial ? (byte)1 : (byte)0, parseSpecial ? (byte)1 : (byte)0);
            }
        }
    }

    private byte[] ReadBytes(int token, bool special)
    {
        byte withNames = special ? (byte)1 : (byte)0;
        const int Usual = 256;
        byte* buffer = stackalloc byte[Usual];
        int length = LlamaApi.llama_token_to_piece(_vocabulary, token, buffer, Usual, leftStrip: 0, withNames);
        if (length >= 0)
        {
            return new ReadOnlySpan<byte>(buffer, length).ToArray();
        }

        byte[] large = new byte[-length];
        fixed (byte* pointer = large)
        {
            length = LlamaApi.llama_token_to_piece(_vocabulary, token, pointer, large.Length, leftStrip: 0, withNames);
        }

        return large.AsSpan(0, Math.Max(length, 0)).ToArray();
    }

    private FillInMiddleTokens? FindFillInMiddle()
    {
        int prefix = LlamaApi.llama_vocab_fim_pre(_vocabulary);
        int suffix = LlamaApi.llama_vocab_fim_suf(_vocabulary);
        int middle = LlamaApi.llama_vocab_fim_mid(_vocabulary);
        return prefix >= 0 && suffix >= 0 && middle >= 0 ? new FillInMiddleTokens(prefix, suffix, middle) : null;
    }

    private int FindLongest()
    {
        int longest = 1;
        for (int token = 0; token < Count; token++)
        {
            longest = Math.Max(longest, GetBytes(token).Length);
        }

        return longest;
    }

    private int[] FindEndOfGeneration()
    {
        var tokens = new List<int>();
        for (int token = 0; token < Count; token++)
        {
            if (IsEndOfGeneration(token))
            {
                tokens.Add(token);
            }
        }

        return [.. tokens];
    }

    private SpecialToken[] FindSpecial()
    {
        var tokens = new List<SpecialToken>();
        for (int token = 0; token < Count; token++)
        {
            int attributes = LlamaApi.llama_vocab_get_attr(_vocabulary, token);
            if ((attributes & (LlamaTokenAttribute.Unknown | LlamaTokenAttribute.Control | LlamaTokenAttribute.UserDefined)) == 0)
            {
                continue;
            }

            byte[] text = Encoding.UTF8.GetBytes(GetSpelling(token));
            if (text.Length > 0)
            {
                bool isControl = (attributes & (LlamaTokenAttribute.Unknown | LlamaTokenAttribute.Control)) != 0;
                tokens.Add(new SpecialToken(
                    token, text, isControl, (attributes & LlamaTokenAttribute.StripsLeft) != 0, (attributes & LlamaTokenAttribute.StripsRight) != 0));
            }
        }

        return [.. tokens.OrderByDescending(token => token.Text.Length)];
    }
}
