using System.Globalization;
using System.Text;
using MistralServe.Inference.Chat.Templates;
using MistralServe.Inference.Embedding;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Ranking;

/// <summary>
/// Makes checked tokens of one query with each of its documents: as the model's template says, else both texts as the vocabulary frames
/// a text, the second without its begin token (BERT: [CLS] query [SEP] document [SEP]). One request, one thread.
/// </summary>
/// <param name="vocabulary">The model's tokens.</param>
/// <param name="contextLength">Most tokens of a pair.</param>
/// <param name="template">The model's own prompt; null when it has none.</param>
/// <param name="query">The query.</param>
internal sealed class PairTokenizer(IVocabulary vocabulary, int contextLength, string? template, string query)
{
    private const string QueryName = "query";
    private const string DocumentsName = "documents";

    private readonly RankTemplate? _template = template is null ? null : new RankTemplate(template);
    private readonly PromptTokenizer? _prompts = template is null ? null : new PromptTokenizer(vocabulary, template);
    private int[] _head = [];

    /// <summary>Tokens so far.</summary>
    public int TotalTokens { get; private set; }

    /// <summary>Tokenises and checks the query; before the first <see cref="Add"/>.</summary>
    /// <returns>Null, or a failure that names the query: it leaves no room for a document.</returns>
    public EngineFailure? Begin()
    {
        byte[] text = Encoding.UTF8.GetBytes(query);
        if (!TextRoom.CanFit(text, vocabulary, contextLength))
        {
            return TooLong(QueryName, $"{Number(text.Length)} bytes", "query and document together");
        }

        int[] framed = vocabulary.Tokenize(text, addSpecial: true, parseSpecial: false);
        _head = vocabulary.PairSeparator is { } separator ? [.. framed, separator] : framed;
        return _head.Length < contextLength ? null : TooLong(QueryName, $"{Number(_head.Length)} tokens", "query and document together");
    }

    /// <summary>Tokenises and checks a document with the query.</summary>
    /// <param name="document">The document.</param>
    /// <param name="index">Its place in the request, for messages.</param>
    /// <returns>1 to context length tokens of the vocabulary; or a failure that names the document.</returns>
    public (int[]? Tokens, EngineFailure? Failure) Add(string document, int index)
    {
        string name = $"{DocumentsName}[{index}]";
        byte[] text = Encoding.UTF8.GetBytes(document);
        if (!TextRoom.CanFit(text, vocabulary, contextLength))
        {
            return (null, TooLong(name, $"{Number(text.Length)} bytes", "it and the query"));
        }

        int[] tokens = _prompts is null ? Join(text) : _prompts.Tokenize(_template!.Render(query, document));
        if (tokens.Length > contextLength)
        {
            return (null, TooLong(name, $"{Number(tokens.Length)} tokens with the query", "the two"));
        }

        TotalTokens += tokens.Length;
        return TotalTokens <= InputTokenizer.MaxTotalTokens && tokens.Length > 0
            ? (tokens, null)
            : (null, new EngineFailure(
                EngineFailureCode.InvalidRequest,
                $"The documents up to {name} have {Number(TotalTokens)} tokens, each with the query, but one request can hold 1 to {Number(InputTokenizer.MaxTotalTokens)}. Send fewer documents.",
                DocumentsName));
    }

    private int[] Join(byte[] document)
    {
        ReadOnlySpan<int> framed = vocabulary.Tokenize(document, addSpecial: true, parseSpecial: false);
        bool begins = framed.Length > 0 && framed[0] == vocabulary.BeginToken;
        return [.. _head, .. begins ? framed[1..] : framed];
    }

    private EngineFailure TooLong(string name, string size, string what) => new(
        EngineFailureCode.ContextLengthExceeded,
        $"{name} has {size}, but this model takes at most {Number(contextLength)} tokens of {what}. Shorten or split it.",
        name);

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
