using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.TestHost;

/// <summary>A vocabulary of all bytes, of a script's markers, which are control tokens, and of its pieces. Immutable; any thread.</summary>
internal sealed class ReplayVocabulary : IVocabulary
{
    private const int Bytes = 256;

    private static readonly byte[] ByteTexts = [.. Enumerable.Range(0, Bytes).Select(value => (byte)value)];

    private readonly byte[][] _markers;
    private readonly byte[][] _pieces;

    /// <summary>The vocabulary of a script; its end-of-generation token comes first behind the bytes.</summary>
    public ReplayVocabulary(ReplayScript script)
    {
        _markers = [.. new[] { script.End, script.Turn }.Concat(script.Markers).Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes)];
        _pieces = [.. script.Pieces.Select(Encoding.UTF8.GetBytes)];
        LongestTokenBytes = _pieces.Select(piece => piece.Length).Append(1).Max();
        SpecialTokens =
        [
            .. _markers.Select((text, index) => new SpecialToken(Bytes + index, text, IsControl: true, StripsLeft: false, StripsRight: false))
                .OrderByDescending(token => token.Text.Length),
        ];
    }

    /// <inheritdoc/>
    public int Count => Bytes + _markers.Length + _pieces.Length;

    /// <inheritdoc/>
    public int LongestTokenBytes { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<int> EndOfGenerationTokens => new[] { Bytes };

    /// <inheritdoc/>
    public IReadOnlyList<SpecialToken> SpecialTokens { get; }

    /// <inheritdoc/>
    public int? BeginToken => null;

    /// <inheritdoc/>
    public int? EndToken => Bytes;

    /// <inheritdoc/>
    public bool AddsBeginToken => false;

    /// <inheritdoc/>
    public bool IsEndOfGeneration(int token) => token == Bytes;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetBytes(int token) => (uint)token < Bytes ? ByteTexts.AsSpan(token, 1)
        : token >= Bytes + _markers.Length && token < Count ? _pieces[token - Bytes - _markers.Length]
        : [];

    /// <summary>Whether a token is one of the script's markers, or ends an answer or a turn.</summary>
    public bool IsMarker(int token) => token >= Bytes && token < Bytes + _markers.Length;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetName(int token) => IsMarker(token) ? _markers[token - Bytes] : GetBytes(token);

    /// <inheritdoc/>
    public string GetSpelling(int token) => Encoding.UTF8.GetString(GetName(token));

    /// <summary>The text of tokens, markers included.</summary>
    public string Spell(IEnumerable<int> tokens)
    {
        var text = new List<byte>();
        foreach (int token in tokens)
        {
            text.AddRange(GetName(token));
        }

        return Encoding.UTF8.GetString([.. text]);
    }

    /// <inheritdoc/>
    public int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial, bool parseSpecial)
    {
        var tokens = new List<int>(text.Length);
        while (!text.IsEmpty)
        {
            int token = text[0], length = 1;
            for (int piece = 0; piece < _pieces.Length; piece++)
            {
                if (text.StartsWith(_pieces[piece]))
                {
                    (token, length) = (Bytes + _markers.Length + piece, _pieces[piece].Length);
                }
            }

            foreach (SpecialToken special in SpecialTokens)
            {
                if (parseSpecial && text.StartsWith(special.Text))
                {
                    (token, length) = (special.Id, special.Text.Length);
                    break;
                }
            }

            tokens.Add(token);
            text = text[length..];
        }

        return [.. tokens];
    }
}
