using System.Text;

namespace MistralServe.Inference.Engine;

/// <summary>The model's tokens. Immutable; any thread.</summary>
internal interface IVocabulary
{
    /// <summary>Number of tokens.</summary>
    int Count { get; }

    /// <summary>Bytes of the longest token; bounds how many bytes of text can fit a context.</summary>
    int LongestTokenBytes { get; }

    /// <summary>True for tokens that end a generation (EOS, EOT and the like). False outside the vocabulary.</summary>
    bool IsEndOfGeneration(int token);

    /// <summary>All end-of-generation tokens, ascending.</summary>
    ReadOnlySpan<int> EndOfGenerationTokens { get; }

    /// <summary>Tokens that are found in text by their spelling, the longest first. Computed when first needed.</summary>
    IReadOnlyList<SpecialToken> SpecialTokens => [];

    /// <summary>Token that begins a text; null when the vocabulary has none.</summary>
    int? BeginToken => null;

    /// <summary>Token that ends a text; null when the vocabulary has none.</summary>
    int? EndToken => null;

    /// <summary>Whether the model expects <see cref="BeginToken"/> before every text.</summary>
    bool AddsBeginToken => false;

    /// <summary>Token that stands between two texts of one input beside those that frame each; null when the model expects none.</summary>
    int? PairSeparator => null;

    /// <summary>A token's text as the vocabulary writes it, control tokens too; empty outside the vocabulary.</summary>
    string GetSpelling(int token) => Encoding.UTF8.GetString(GetName(token));

    /// <summary>The bytes a token stands for in the output; empty for control tokens and outside the vocabulary. Valid for ever.</summary>
    ReadOnlySpan<byte> GetBytes(int token);

    /// <summary>As <see cref="GetBytes"/>, but control tokens have the text of their name, for example <c>&lt;|im_end|&gt;</c>.</summary>
    ReadOnlySpan<byte> GetName(int token) => GetBytes(token);

    /// <summary>The control tokens for text between a prefix and a suffix; null when the model has none.</summary>
    FillInMiddleTokens? FillInMiddle => null;

    /// <summary>
    /// Splits UTF-8 text into tokens.
    /// </summary>
    /// <param name="text">UTF-8 bytes; at most 2 GiB.</param>
    /// <param name="addSpecial">Add the tokens that the model expects around a text (BOS, EOS) where it does.</param>
    /// <param name="parseSpecial">Turn the text of control tokens into those tokens; never true for text from users.</param>
    int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial, bool parseSpecial);
}
