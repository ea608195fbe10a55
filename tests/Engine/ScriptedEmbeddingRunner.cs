using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Engine;

/// <summary>
/// An embedding model made of arithmetic: sum, count, first and last of an input's tokens. Tokens 0 to 255 are bytes, 256 and
/// 257 stand around a text, as BERT's do, and white space has no tokens. Checks the rules of <see cref="IEmbeddingRunner"/> as
/// strictly as llama.cpp would punish a breach.
/// </summary>
internal sealed class ScriptedEmbeddingRunner(int contextLength = 64, int sequences = 8, int batchSize = 256) : IEmbeddingRunner, IVocabulary
{
    public const int Cls = 256;
    public const int Sep = 257;

    private readonly List<float[]> _vectors = [];

    /// <summary>Inputs of every call so far, as text.</summary>
    public List<string[]> Calls { get; } = [];

    /// <summary>Runs at the start of each call, with its number; may block or return another result.</summary>
    public Func<int, DecodeResult>? OnCompute { get; set; }

    /// <summary>Replaces the vector of each input.</summary>
    public Func<int[], float[]>? Embed { get; set; }

    public IVocabulary Vocabulary => this;

    public int Dimensions => 4;

    public int ContextLength => contextLength;

    public int SequenceCount => sequences;

    public int BatchSize => batchSize;

    public int ActivityCount => Calls.Count;

    public int Count => 258;

    public int LongestTokenBytes => 2;

    public IReadOnlyList<SpecialToken> SpecialTokens => [];

    public int? BeginToken => Cls;

    public int? EndToken => null;

    public bool AddsBeginToken => false;

    public ReadOnlySpan<int> EndOfGenerationTokens => [];

    /// <summary>A vector of length 1 in the direction of what the script gives for some tokens.</summary>
    public static float[] Expected(params int[] tokens)
    {
        float[] vector = [tokens.Sum(), tokens.Length, tokens[0], tokens[^1]];
        double length = Math.Sqrt(vector.Sum(value => (double)value * value));
        return [.. vector.Select(value => (float)(value / length))];
    }

    public static int[] TokensOf(string text) => [Cls, .. Encoding.UTF8.GetBytes(text).Where(value => value > ' ').Select(value => (int)value), Sep];

    public string GetSpelling(int token) => "";

    public DecodeResult Compute(IReadOnlyList<int[]> inputs)
    {
        lock (Calls)
        {
            Calls.Add([.. inputs.Select(input => Encoding.Latin1.GetString([.. input.Where(token => token < Cls).Select(token => (byte)token)]))]);
        }

        Assert.InRange(inputs.Count, 1, sequences);
        Assert.InRange(inputs.Sum(input => input.Length), 1, batchSize);
        Assert.All(inputs, input => Assert.InRange(input.Length, 1, contextLength));
        Assert.All(inputs, input => Assert.All(input, token => Assert.InRange(token, 0, Count - 1)));
        if (OnCompute?.Invoke(Calls.Count) is { } result and not DecodeResult.Done)
        {
            return result;
        }

        _vectors.Clear();
        _vectors.AddRange(inputs.Select(input => Embed?.Invoke(input) ?? [input.Sum(), input.Length, input[0], input[^1]]));
        return DecodeResult.Done;
    }

    public ReadOnlySpan<float> GetEmbedding(int input) => _vectors[input];

    public void RequestAbort()
    {
    }

    public void Dispose()
    {
    }

    public bool IsEndOfGeneration(int token) => false;

    public ReadOnlySpan<byte> GetBytes(int token) => token is >= 0 and < 256 ? new[] { (byte)token } : [];

    public int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial, bool parseSpecial)
    {
        Assert.True(addSpecial);
        Assert.False(parseSpecial);
        return TokensOf(Encoding.UTF8.GetString(text));
    }
}
