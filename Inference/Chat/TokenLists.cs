using System.Text;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat;

/// <summary>Tokens of a request's texts, for the sampler. Any thread.</summary>
internal sealed class TokenLists
{
    private List<int[]>? _defaultBreakers;

    /// <summary>
    /// Finds the tokens that words are written with, at the start of a text and behind a space.
    /// </summary>
    /// <param name="words">None empty.</param>
    /// <param name="vocabulary">The model's.</param>
    /// <returns>Token sequences, none empty.</returns>
    public static IReadOnlyList<int[]> FindWords(IReadOnlyList<string> words, IVocabulary vocabulary) =>
    [
        .. words
            .SelectMany(word => (string[])[word, $" {word.TrimStart()}"])
            .Distinct()
            .Select(text => vocabulary.Tokenize(Encoding.UTF8.GetBytes(text), addSpecial: false, parseSpecial: false))
            .Where(tokens => tokens.Length > 0),
    ];

    /// <summary>
    /// Adds the sequence breakers of DRY. A pass over the vocabulary for each: only for requests that use DRY, and remembered for the
    /// usual ones.
    /// </summary>
    /// <param name="sampling">Options without breakers.</param>
    /// <param name="texts">The breakers; null means llama.cpp's own.</param>
    /// <param name="vocabulary">The model's.</param>
    public SamplingOptions AddBreakers(SamplingOptions sampling, IReadOnlyList<string>? texts, IVocabulary vocabulary)
    {
        if (sampling.DryMultiplier == 0)
        {
            return sampling;
        }

        return sampling with
        {
            DrySequenceBreakers = texts is null
                ? _defaultBreakers ??= FindBreakers(vocabulary, DrySequenceBreakers.Default)
                : FindBreakers(vocabulary, texts),
        };
    }

    private static List<int[]> FindBreakers(IVocabulary vocabulary, IReadOnlyList<string> texts) =>
    [
        .. texts.SelectMany(text => DrySequenceBreakers.Find(
            Encoding.UTF8.GetBytes(text), vocabulary.Count, vocabulary.GetBytes, rest => vocabulary.Tokenize(rest.Span, addSpecial: false, parseSpecial: false))),
    ];
}
