using System.Text.Json.Serialization;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.OpenAi.Answers;

/// <summary>Log probabilities of a text completion or of one of its chunks: arrays of equal length, one entry a token.</summary>
internal sealed class TextLogProbabilities
{
    [JsonPropertyName("tokens")]
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>Null for the first token of an echoed prompt.</summary>
    [JsonPropertyName("token_logprobs")]
    public required IReadOnlyList<double?> TokenLogProbabilities { get; init; }

    /// <summary>The most probable tokens, and the one that came; null for the first token of an echoed prompt.</summary>
    [JsonPropertyName("top_logprobs")]
    public required IReadOnlyList<IReadOnlyDictionary<string, double>?> Top { get; init; }

    /// <summary>Where each token begins in the choice's text, in Unicode characters.</summary>
    [JsonPropertyName("text_offset")]
    public required IReadOnlyList<int> TextOffsets { get; init; }

    /// <summary>The wire form of the engine's reports.</summary>
    /// <param name="reports">Of consecutive tokens.</param>
    /// <param name="vocabulary">The model's.</param>
    /// <param name="offset">Characters before them in the choice's text; moved on by theirs.</param>
    public static TextLogProbabilities From(IEnumerable<TokenReport> reports, IVocabulary vocabulary, ref int offset)
    {
        List<TokenReport> list = [.. reports];
        int[] offsets = new int[list.Count];
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = offset;
            offset += TokenNames.CountCharacters(list[i].Token.Token, vocabulary);
        }

        return new TextLogProbabilities
        {
            Tokens = [.. list.Select(report => TokenNames.LegacyName(report.Token.Token, vocabulary))],
            TokenLogProbabilities = [.. list.Select(report => IsKnown(report) ? TokenNames.ToWire(report.Token.LogProbability) : (double?)null)],
            Top = [.. list.Select(report => IsKnown(report) ? ToMap(report, vocabulary) : null)],
            TextOffsets = offsets,
        };
    }

    private static bool IsKnown(TokenReport report) => !float.IsNaN(report.Token.LogProbability);

    private static Dictionary<string, double> ToMap(TokenReport report, IVocabulary vocabulary)
    {
        var map = new Dictionary<string, double>();
        foreach (TokenLogProbability token in (IEnumerable<TokenLogProbability>)[.. report.Top, report.Token])
        {
            // Two tokens may be written alike; the more probable one comes first.
            map.TryAdd(TokenNames.LegacyName(token.Token, vocabulary), TokenNames.ToWire(token.LogProbability));
        }

        return map;
    }
}
