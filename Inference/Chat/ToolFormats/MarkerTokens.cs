using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>
/// Which of a format's markers are single control tokens of a vocabulary: those have no text in the output and cannot be spelled
/// by other tokens. Immutable; any thread.
/// </summary>
internal sealed class MarkerTokens
{
    private readonly Dictionary<string, int> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<int, byte[]> _texts = [];
    private readonly HashSet<string> _endings = new(StringComparer.Ordinal);

    private MarkerTokens()
    {
    }

    /// <summary>No marker is a token: all are written as text.</summary>
    public static MarkerTokens None { get; } = new();

    /// <summary>Texts of the control tokens that the engine has to emit for a parser, by token id. End-of-generation tokens are not among them.</summary>
    public IReadOnlyDictionary<int, byte[]> Texts => _texts;

    /// <summary>Markers that are control tokens, longest first.</summary>
    public IReadOnlyList<string> ControlMarkers { get; private init; } = [];

    /// <summary>Looks markers up. Cheap enough for once a model; thread: any.</summary>
    public static MarkerTokens Resolve(IVocabulary vocabulary, IReadOnlyList<string> markers)
    {
        var found = new List<(string Marker, int Token)>();
        foreach (string marker in markers.Distinct(StringComparer.Ordinal))
        {
            // Some vocabularies put a space of their own before a text: the marker is then the last of the tokens.
            int[] tokens = vocabulary.Tokenize(Encoding.UTF8.GetBytes(marker), addSpecial: false, parseSpecial: true);
            if (tokens.Length > 0 && tokens[..^1].All(token => vocabulary.GetBytes(token) is { Length: 1 } bytes && bytes[0] == ' ')
                && vocabulary.GetBytes(tokens[^1]).IsEmpty)
            {
                found.Add((marker, tokens[^1]));
            }
        }

        var result = new MarkerTokens { ControlMarkers = [.. found.Select(pair => pair.Marker).OrderByDescending(marker => marker.Length)] };
        foreach ((string marker, int token) in found)
        {
            result._tokens[marker] = token;
            if (vocabulary.IsEndOfGeneration(token))
            {
                result._endings.Add(marker);
            }
            else
            {
                result._texts[token] = Encoding.UTF8.GetBytes(marker);
            }
        }

        return result;
    }

    /// <summary>The token of a marker; null when it is written as text.</summary>
    public int? Find(string marker) => _tokens.TryGetValue(marker, out int token) ? token : null;

    /// <summary>Whether a marker ends the generation, so that nothing can follow it and it never appears in the output.</summary>
    public bool EndsGeneration(string marker) => _endings.Contains(marker);
}
