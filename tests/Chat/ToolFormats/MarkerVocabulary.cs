using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Chat.ToolFormats;

/// <summary>A vocabulary of all bytes, some control tokens with a text that only the tokeniser knows, and an end.</summary>
internal sealed class MarkerVocabulary(IReadOnlyList<string> markers) : IVocabulary
{
    private readonly string[] _markers = [.. markers.Distinct()];

    public int End => 256 + _markers.Length;

    public int Count => End + 1;

    public int LongestTokenBytes => 1;

    public ReadOnlySpan<int> EndOfGenerationTokens => new[] { End };

    public bool IsEndOfGeneration(int token) => token == End;

    public ReadOnlySpan<byte> GetBytes(int token) => token is >= 0 and < 256 ? new[] { (byte)token } : [];

    public int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial, bool parseSpecial)
    {
        var tokens = new List<int>();
        while (!text.IsEmpty)
        {
            int found = -1;
            for (int i = 0; parseSpecial && i < _markers.Length; i++)
            {
                if (text.StartsWith(Encoding.UTF8.GetBytes(_markers[i])) && (found < 0 || _markers[i].Length > _markers[found].Length))
                {
                    found = i;
                }
            }

            tokens.Add(found < 0 ? text[0] : 256 + found);
            text = text[(found < 0 ? 1 : Encoding.UTF8.GetByteCount(_markers[found]))..];
        }

        return [.. tokens];
    }
}
