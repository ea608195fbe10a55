using System.Globalization;
using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Embedding;

/// <summary>Makes checked tokens of the inputs of a query, one after the other. One request, one thread.</summary>
/// <param name="vocabulary">The model's tokens.</param>
/// <param name="contextLength">Most tokens of one input.</param>
internal sealed class InputTokenizer(IVocabulary vocabulary, int contextLength)
{
    /// <summary>Most tokens of all inputs of a request. Source: the limit that OpenAI's reference gives for its embeddings.</summary>
    public const int MaxTotalTokens = 300_000;

    /// <summary>Tokens so far.</summary>
    public int TotalTokens { get; private set; }

    /// <summary>
    /// Tokenises and checks one input.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <param name="name">Its name in messages.</param>
    /// <returns>1 to context length tokens of the vocabulary; or a failure that names the input.</returns>
    public (int[]? Tokens, EngineFailure? Failure) Add(EmbeddingInput input, string name)
    {
        int[] tokens;
        if (input.Tokens is { } given)
        {
            int index = Array.FindIndex(given, token => (uint)token >= (uint)vocabulary.Count);
            if (index >= 0)
            {
                return Invalid($"{name}[{index}] is no token of this model: ids go from 0 to {Number(vocabulary.Count - 1)}.", name);
            }

            tokens = given;
        }
        else
        {
            byte[] text = Encoding.UTF8.GetBytes(input.Text ?? "");
            if (!TextRoom.CanFit(text, vocabulary, contextLength))
            {
                return TooLong($"{Number(text.Length)} bytes", name);
            }

            tokens = vocabulary.Tokenize(text, addSpecial: true, parseSpecial: false);
        }

        TotalTokens += tokens.Length;
        return Check(tokens, name);
    }

    private (int[]? Tokens, EngineFailure? Failure) Check(int[] tokens, string name)
    {
        if (tokens.Length == 0)
        {
            return Invalid($"{name} has no tokens. Send at least one.", name);
        }

        if (tokens.Length > contextLength)
        {
            return TooLong($"{Number(tokens.Length)} tokens", name);
        }

        return TotalTokens <= MaxTotalTokens
            ? (tokens, null)
            : Invalid($"The inputs up to {name} have {Number(TotalTokens)} tokens together, but one request can hold {Number(MaxTotalTokens)}. Send fewer inputs.", "input");
    }

    private (int[]? Tokens, EngineFailure? Failure) TooLong(string size, string name) =>
        (null, new EngineFailure(
            EngineFailureCode.ContextLengthExceeded,
            $"{name} has {size}, but this model takes at most {Number(contextLength)} tokens of one input. Shorten or split it.",
            name));

    private static (int[]? Tokens, EngineFailure? Failure) Invalid(string message, string param) =>
        (null, new EngineFailure(EngineFailureCode.InvalidRequest, message, param));

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
