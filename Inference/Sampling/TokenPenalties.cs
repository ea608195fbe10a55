namespace MistralServe.Inference.Sampling;

/// <summary>
/// Counts a sequence's tokens and lowers their scores. Repetition looks at the last tokens, prompt included, as llama.cpp
/// does; frequency and presence look at generated tokens only, as OpenAI documents them. Owned by one thread.
/// </summary>
internal sealed class TokenPenalties(SamplingOptions options)
{
    private readonly bool _repetition = options.RepetitionPenalty != 1 && options.RepetitionWindow != 0;
    private readonly bool _occurrence = options.FrequencyPenalty != 0 || options.PresencePenalty != 0;

    // Grows with the sequence, never by what a request asks for.
    private readonly Queue<int> _window = new();
    private readonly Dictionary<int, int> _windowCounts = [];
    private readonly Dictionary<int, int> _generatedCounts = [];

    /// <summary>True when <see cref="Apply"/> would change nothing.</summary>
    public bool IsEmpty => _windowCounts.Count == 0 && _generatedCounts.Count == 0;

    /// <summary>Takes note of the sequence's next token.</summary>
    public void Accept(int token, bool isPrompt)
    {
        if (_repetition)
        {
            _windowCounts[token] = _windowCounts.GetValueOrDefault(token) + 1;
            if (options.RepetitionWindow > 0)
            {
                _window.Enqueue(token);
                ForgetOldest();
            }
        }

        if (_occurrence && !isPrompt)
        {
            _generatedCounts[token] = _generatedCounts.GetValueOrDefault(token) + 1;
        }
    }

    /// <summary>
    /// Lowers the scores (by token id, no NaN). Repetition first: positive scores are divided, others multiplied. Then the
    /// frequency penalty once per occurrence and the presence penalty once are subtracted. Overflow stays below infinity.
    /// Source: llama.cpp, <c>llama_sampler_penalties</c>.
    /// </summary>
    public void Apply(Span<float> scores)
    {
        // Not over .Keys: that makes an object at its first use.
        foreach ((int token, _) in _windowCounts)
        {
            float score = scores[token];
            score = score <= 0 ? score * options.RepetitionPenalty : score / options.RepetitionPenalty;
            scores[token] = Math.Min(score, float.MaxValue);
        }

        foreach ((int token, int count) in _generatedCounts)
        {
            scores[token] -= count * options.FrequencyPenalty + options.PresencePenalty;
        }
    }

    private void ForgetOldest()
    {
        if (_window.Count <= options.RepetitionWindow)
        {
            return;
        }

        int oldest = _window.Dequeue();
        if (--_windowCounts[oldest] == 0)
        {
            _windowCounts.Remove(oldest);
        }
    }
}
