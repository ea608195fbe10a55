namespace MistralServe.Inference.Sampling;

/// <summary>
/// Turns the breakers that a request gives as text into token sequences: every token that contains the text, and every token
/// that ends with a beginning of it, followed by the tokens of the rest. Source: llama.cpp, <c>llama_sampler_init_dry</c>.
/// </summary>
internal static class DrySequenceBreakers
{
    /// <summary>llama.cpp's default breakers, in its order.</summary>
    public static IReadOnlyList<string> Default { get; } = ["\n", ":", "\"", "*"];

    /// <summary>Finds the token sequences of a text. Takes a pass over the vocabulary. Any thread.</summary>
    /// <param name="text">UTF-8; empty gives nothing.</param>
    /// <param name="vocabularySize">Number of tokens.</param>
    /// <param name="getBytes">The bytes of a token; empty for tokens without text.</param>
    /// <param name="tokenize">Tokens of a text that goes on within a sentence, without special tokens.</param>
    public static IReadOnlyList<int[]> Find(
        ReadOnlySpan<byte> text, int vocabularySize, TokenBytes getBytes, Func<ReadOnlyMemory<byte>, int[]> tokenize)
    {
        List<int[]> breakers = [];
        if (text.IsEmpty)
        {
            return breakers;
        }

        byte[] copy = text.ToArray();
        int[]?[] restTokens = new int[]?[text.Length];
        for (int token = 0; token < vocabularySize; token++)
        {
            ReadOnlySpan<byte> bytes = getBytes(token);
            if (bytes.IndexOf(text) >= 0)
            {
                breakers.Add([token]);
                continue;
            }

            for (int length = Math.Min(bytes.Length, text.Length - 1); length > 0; length--)
            {
                if (bytes.EndsWith(text[..length]))
                {
                    restTokens[length] ??= tokenize(copy.AsMemory(length));
                    breakers.Add([token, .. restTokens[length]!]);
                }
            }
        }

        return breakers;
    }

    /// <summary>The bytes of a token; valid until the vocabulary is closed.</summary>
    public delegate ReadOnlySpan<byte> TokenBytes(int token);
}
