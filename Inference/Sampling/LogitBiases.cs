namespace MistralServe.Inference.Sampling;

/// <summary>A request's additions to the scores of single tokens. Owned by one thread.</summary>
internal sealed class LogitBiases
{
    private readonly (int Token, float Bias)[] _biases;
    private readonly int[] _bans;

    /// <summary>Takes the biases over.</summary>
    /// <param name="biases">By token id; minus infinity bans a token, NaN does not occur.</param>
    /// <param name="vocabularySize">Number of tokens.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is outside the vocabulary.</exception>
    public LogitBiases(IReadOnlyDictionary<int, float> biases, int vocabularySize)
    {
        foreach (int token in biases.Keys)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)vocabularySize, nameof(biases));
        }

        _biases = [.. biases.Where(pair => pair.Value > float.NegativeInfinity).Select(pair => (pair.Key, pair.Value))];
        _bans = [.. biases.Where(pair => float.IsNegativeInfinity(pair.Value)).Select(pair => pair.Key)];
    }

    /// <summary>True when there are none.</summary>
    public bool IsEmpty => _biases.Length == 0 && _bans.Length == 0;

    /// <summary>Tokens whose bias is minus infinity.</summary>
    public ReadOnlySpan<int> Bans => _bans;

    /// <summary>Adds the biases. Tokens at minus infinity stay there; overflow stays below infinity.</summary>
    /// <param name="scores">By token id, no NaN.</param>
    /// <param name="ban">Whether the bans hold.</param>
    public void Apply(Span<float> scores, bool ban)
    {
        foreach ((int token, float bias) in _biases)
        {
            if (scores[token] > float.NegativeInfinity)
            {
                scores[token] = Math.Clamp(scores[token] + bias, float.MinValue, float.MaxValue);
            }
        }

        if (ban)
        {
            foreach (int token in _bans)
            {
                scores[token] = float.NegativeInfinity;
            }
        }
    }
}
