using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Constraints;

/// <summary>A vocabulary made of given texts, all single bytes, an end-of-generation token and some control tokens.</summary>
internal sealed class TestVocabulary : IVocabulary
{
    private readonly List<byte[]> _texts = [];

    /// <summary>Makes it: bytes first, then the texts, then the control tokens, the end-of-generation token last.</summary>
    public TestVocabulary(IEnumerable<string> texts, int controlTokens = 2)
    {
        for (int value = 0; value < 256; value++)
        {
            _texts.Add([(byte)value]);
        }

        _texts.AddRange(texts.Select(Encoding.UTF8.GetBytes));
        FirstControl = _texts.Count;
        _texts.AddRange(Enumerable.Repeat(Array.Empty<byte>(), controlTokens));
        End = _texts.Count;
        _texts.Add([]);
        LongestTokenBytes = _texts.Max(text => text.Length);
    }

    public int FirstControl { get; }

    public int End { get; }

    public int Count => _texts.Count;

    public int LongestTokenBytes { get; }

    public ReadOnlySpan<int> EndOfGenerationTokens => new[] { End };

    public bool IsEndOfGeneration(int token) => token == End;

    public ReadOnlySpan<byte> GetBytes(int token) => (uint)token < (uint)Count ? _texts[token] : [];

    /// <summary>The token with a text.</summary>
    public int Id(string text) => _texts.FindIndex(candidate => candidate.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text)));

    public int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial, bool parseSpecial)
    {
        var tokens = new List<int>();
        while (!text.IsEmpty)
        {
            int best = text[0];
            for (int token = 256; token < FirstControl; token++)
            {
                if (text.StartsWith(_texts[token]) && _texts[token].Length > _texts[best].Length)
                {
                    best = token;
                }
            }

            tokens.Add(best);
            text = text[_texts[best].Length..];
        }

        return [.. tokens];
    }
}
