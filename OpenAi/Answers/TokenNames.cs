using System.Text;
using System.Text.Unicode;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>How single tokens are written in answers. Any thread.</summary>
internal static class TokenNames
{
    /// <summary>What stands for a probability of 0, as in OpenAI's answers: JSON has no infinity.</summary>
    private const double Impossible = -9999;

    /// <summary>The text of a token; a part of a character becomes U+FFFD.</summary>
    public static string Name(int token, IVocabulary vocabulary) => Encoding.UTF8.GetString(vocabulary.GetName(token));

    /// <summary>
    /// As <see cref="Name"/>, but bytes that are no text are spelled out, so that different tokens differ: <c>bytes:\xe4\xbd</c>.
    /// Source: OpenAI's completions.
    /// </summary>
    public static string LegacyName(int token, IVocabulary vocabulary)
    {
        ReadOnlySpan<byte> bytes = vocabulary.GetName(token);
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var name = new StringBuilder("bytes:");
        foreach (byte b in bytes)
        {
            name.Append("\\x").Append(Convert.ToHexStringLower([b]));
        }

        return name.ToString();
    }

    /// <summary>The bytes that a token adds to the text; none for control tokens.</summary>
    public static IReadOnlyList<int> Bytes(int token, IVocabulary vocabulary)
    {
        ReadOnlySpan<byte> bytes = vocabulary.GetBytes(token);
        int[] numbers = new int[bytes.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = bytes[i];
        }

        return numbers;
    }

    /// <summary>Unicode characters that begin in a token.</summary>
    public static int CountCharacters(int token, IVocabulary vocabulary)
    {
        int count = 0;
        foreach (byte b in vocabulary.GetBytes(token))
        {
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    /// <summary>The text of several tokens.</summary>
    public static string Join(IEnumerable<int> tokens, IVocabulary vocabulary)
    {
        var bytes = new List<byte>();
        foreach (int token in tokens)
        {
            bytes.AddRange(vocabulary.GetBytes(token));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>A log probability that JSON can write.</summary>
    public static double ToWire(float logProbability) => float.IsNegativeInfinity(logProbability) ? Impossible : logProbability;
}
