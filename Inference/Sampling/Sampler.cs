namespace MistralServe.Inference.Sampling;

/// <summary>
/// Picks the tokens of one sequence. The steps, in llama.cpp's default order:
/// <list type="number">
/// <item>banned tokens get the score minus infinity;</item>
/// <item>penalties (<see cref="TokenPenalties"/>);</item>
/// <item>temperature 0: the highest score, among equals the lowest id, without a draw; that ends it;</item>
/// <item><c>top_k</c>: the k best;</item>
/// <item><c>top_p</c>: of these, the fewest best whose probabilities sum to at least p;</item>
/// <item><c>min_p</c>: of these, those at least p times as probable as the best;</item>
/// <item>temperature divides the scores of what is left, and one is drawn.</item>
/// </list>
/// Truncation thus works on the distribution before temperature, and the best token survives all of it.
/// <para>
/// Contract, which a faster version must keep so that a seed goes on giving the same text: each call above temperature 0 takes
/// exactly one <see cref="RandomSource.NextDouble"/>, whatever is left to choose from. The tokens kept are laid out in ascending
/// order of their ids, each as wide as its weight exp((score - best) / temperature), single-precision weights summed in double
/// precision; the pick is the first whose running sum exceeds draw × total. Ties in truncation go to the lower id. How exp
/// rounds its last bit is not part of it.
/// </para>
/// <para>
/// Odd scores: NaN counts as minus infinity, plus infinity as the largest finite number; when nothing is above minus infinity,
/// the lowest id that is not banned is taken. Owned by one thread (the engine's).
/// </para>
/// </summary>
internal sealed class Sampler
{
    /// <summary>Least room in which top_k collects candidates, in tokens. Ours: few rounds for a small k, and inside the first-level cache.</summary>
    private const int TopKRoom = 1_024;

    private readonly SamplingOptions _options;
    private readonly SamplerScratch _scratch;
    private readonly TokenPenalties _penalties;
    private readonly RandomSource _random;

    /// <summary>A sampler with working memory of its own.</summary>
    /// <param name="options">Trusted to be in range.</param>
    /// <param name="vocabularySize">Number of tokens, above 0.</param>
    public Sampler(SamplingOptions options, int vocabularySize)
        : this(options, new SamplerScratch(vocabularySize))
    {
    }

    /// <summary>A sampler that shares working memory with others of its thread.</summary>
    /// <param name="options">Trusted to be in range.</param>
    /// <param name="scratch">Of the model's vocabulary size.</param>
    public Sampler(SamplingOptions options, SamplerScratch scratch)
    {
        _options = options;
        _scratch = scratch;
        _penalties = new TokenPenalties(options);
        _random = new RandomSource(options.Seed ?? RandomSource.NewSeed());
    }

    /// <summary>
    /// Takes note of the sequence's next token, for the penalties: every prompt token in order, then every generated one.
    /// </summary>
    /// <param name="token">Token id inside the vocabulary.</param>
    /// <param name="isPrompt">True for prompt tokens, cached ones too.</param>
    public void Accept(int token, bool isPrompt)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)_scratch.Scores.Length, nameof(token));
        _penalties.Accept(token, isPrompt);
    }

    /// <summary>
    /// Picks the next token; does not accept it.
    /// </summary>
    /// <param name="logits">Scores by token id, as many as the vocabulary has; not changed.</param>
    /// <param name="bannedTokens">Ids inside the vocabulary that must not be picked, in any order; not all of them.</param>
    /// <returns>A token id that is not banned.</returns>
    public int Sample(ReadOnlySpan<float> logits, ReadOnlySpan<int> bannedTokens)
    {
        float[] scores = _scratch.Scores;
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, scores.Length, nameof(logits));
        CopyScores(logits, scores);
        foreach (int token in bannedTokens)
        {
            scores[token] = float.NegativeInfinity;
        }

        _penalties.Apply(scores);
        int best = FindBest(scores);
        if (_options.Temperature == 0)
        {
            return best >= 0 ? best : FindLowestAllowed(bannedTokens);
        }

        double draw = _random.NextDouble();
        return best >= 0 ? Draw(draw, scores[best], Truncate(scores[best])) : FindLowestAllowed(bannedTokens);
    }

    private static void CopyScores(ReadOnlySpan<float> logits, Span<float> scores)
    {
        for (int token = 0; token < logits.Length; token++)
        {
            float score = logits[token];
            scores[token] = float.IsNaN(score) ? float.NegativeInfinity : Math.Min(score, float.MaxValue);
        }
    }

    /// <summary>The first of the highest scores; -1 when all are minus infinity.</summary>
    private static int FindBest(ReadOnlySpan<float> scores)
    {
        int best = -1;
        float bestScore = float.NegativeInfinity;
        for (int token = 0; token < scores.Length; token++)
        {
            if (scores[token] > bestScore)
            {
                best = token;
                bestScore = scores[token];
            }
        }

        return best;
    }

    private int FindLowestAllowed(ReadOnlySpan<int> bannedTokens)
    {
        for (int token = 0; token < _scratch.Scores.Length; token++)
        {
            if (!bannedTokens.Contains(token))
            {
                return token;
            }
        }

        throw new ArgumentException("Every token of the vocabulary is banned.", nameof(bannedTokens));
    }

    /// <summary>Highest key that top_k and top_p leave.</summary>
    private ulong Truncate(float bestScore)
    {
        ulong cut = ulong.MaxValue;
        if (_options.TopK > 0 && _options.TopK < _scratch.Scores.Length)
        {
            cut = CutTopK();
        }

        return _options.TopP < 1 ? CutTopP(bestScore, cut) : cut;
    }

    private ulong CutTopK()
    {
        // Collect what beats the k-th best so far; when the room for that is full, find the new k-th best and forget the rest.
        float[] scores = _scratch.Scores;
        int k = _options.TopK;
        Span<ulong> keys = _scratch.Keys.AsSpan(0, (int)Math.Min(scores.Length, Math.Max(TopKRoom, 2L * k)));
        int count = 0;
        float bar = float.NegativeInfinity;
        for (int token = 0; token < scores.Length; token++)
        {
            // The best k so far have lower ids, so an equal score is not enough.
            if (count >= k && scores[token] <= bar)
            {
                continue;
            }

            if (count == keys.Length)
            {
                ulong worst = RankKey.Select(keys, k - 1);
                bar = scores[RankKey.Token(worst)];
                count = k;
            }

            keys[count++] = RankKey.Of(scores[token], token);
        }

        return RankKey.Select(keys[..count], k - 1);
    }

    private ulong CutTopP(float bestScore, ulong cut)
    {
        float[] scores = _scratch.Scores;
        double total = ComputeWeights(bestScore, cut, float.NegativeInfinity, temperature: 1);

        // Tokens below this share sum to less than what may be left out, so they lie behind the cut and need no sorting.
        double negligible = (1 - (double)_options.TopP) * total / scores.Length;
        int count = 0;
        for (int token = 0; token < scores.Length; token++)
        {
            float weight = _scratch.Weights[token];
            if (weight > 0 && weight >= negligible)
            {
                _scratch.Keys[count++] = RankKey.Of(scores[token], token);
            }
        }

        Span<ulong> keys = _scratch.Keys.AsSpan(0, count);
        keys.Sort();
        double sum = 0;
        foreach (ulong key in keys)
        {
            sum += _scratch.Weights[RankKey.Token(key)];
            if (sum >= _options.TopP * total)
            {
                return key;
            }
        }

        // Rounding kept the sum below p: nothing but the negligible is left out.
        return keys[^1];
    }

    private int Draw(double draw, float bestScore, ulong cut)
    {
        float lowestScore = _options.MinP > 0 ? bestScore + MathF.Log(_options.MinP) : float.NegativeInfinity;
        double target = draw * ComputeWeights(bestScore, cut, lowestScore, _options.Temperature);
        double sum = 0;
        int last = 0;
        float[] weights = _scratch.Weights;
        for (int token = 0; token < weights.Length; token++)
        {
            if (weights[token] > 0)
            {
                last = token;
                sum += weights[token];
                if (sum > target)
                {
                    break;
                }
            }
        }

        return last;
    }

    /// <summary>
    /// Fills the weights exp((score - best) / temperature) of the tokens kept, 0 for all others, and returns their sum. The
    /// best token has weight 1, so the sum is at least 1.
    /// </summary>
    private double ComputeWeights(float bestScore, ulong cut, float lowestScore, float temperature)
    {
        float[] scores = _scratch.Scores;
        float[] weights = _scratch.Weights;
        double total = 0;
        float lowest = cut == ulong.MaxValue ? lowestScore : Math.Max(lowestScore, scores[RankKey.Token(cut)]);
        for (int token = 0; token < scores.Length; token++)
        {
            // Only at the cut's own score does the id matter.
            float score = scores[token];
            bool kept = score > lowest || (score == lowest && RankKey.Of(score, token) <= cut);
            weights[token] = kept ? MathF.Exp((score - bestScore) / temperature) : 0;
            total += weights[token];
        }

        return total;
    }
}
