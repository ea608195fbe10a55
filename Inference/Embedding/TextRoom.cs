using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Embedding;

/// <summary>What text can be refused before it is tokenised, which takes 4 bytes of memory for each byte. Any thread.</summary>
internal static class TextRoom
{
    /// <summary>Text with this many times the bytes of a full context is refused whatever it holds. Ours: room for the white space of a table.</summary>
    private const int MaxWhiteSpaceFactor = 16;

    /// <summary>Whether a text could fit a context: no token is longer than the longest one, but some vocabularies have no tokens for white space.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="vocabulary">The model's tokens.</param>
    /// <param name="contextLength">Most tokens.</param>
    public static bool CanFit(ReadOnlySpan<byte> text, IVocabulary vocabulary, int contextLength)
    {
        long room = (long)contextLength * vocabulary.LongestTokenBytes;
        return text.Length <= room || (text.Length <= MaxWhiteSpaceFactor * room && CountInk(text) <= room);
    }

    private static int CountInk(ReadOnlySpan<byte> text)
    {
        int count = 0;
        foreach (byte value in text)
        {
            count += value > (byte)' ' ? 1 : 0;
        }

        return count;
    }
}
