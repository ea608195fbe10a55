namespace MistralServe.Inference.Sampling;

/// <summary>
/// Picks the tokens of one sequence. The steps, in llama.cpp's default order:
/// <list type="number">
/// <item>tokens that a mask does not allow and banned tokens get the score minus infinity; logit biases are added;</item>
/// <item>penalties (<see cref="TokenPenalties"/>), then DRY (<see cref="DryPenalty"/>);</item>
/// <item>temperature 0: the highest score, among equals the lowest id, without a draw; that ends it;</item>
/// <item><c>top_n_sigma</c>: those at most n standard deviations below the best; tokens at minus infinity do not count;</item>
/// <item><c>top_k</c>: the k best;</item>
/// <item><c>typical_p</c>: of these, the fewest whose information is nearest to the entropy and whose probabilities sum to more than p;</item>
/// <item><c>top_p</c>: of these, the fewest best whose probabilities sum to at least p;</item>
/// <item><c>min_p</c>: of these, those at least p times as probable as the best;</item>
/// <item><c>xtc</c>: by chance, of those at least as probable as the threshold all but the last in rank are left out;</item>
/// <item>temperature divides the scores of what is left, and one is drawn.</item>
/// </list>
/// Truncation thus works on the distribution before temperature. <see cref="Mirostat"/> replaces steps 4 to 9 and works on the
/// one after it.
/// <para>
/// Contract, which a faster version must keep so that a seed goes on giving the same text: each call above temperature 0 takes
/// exactly one <see cref="RandomSource.NextDouble"/>, whatever is left to choose from; with XTC on (probability above 0,
/// threshold at most 0.5, no mirostat) one more before it, and XTC happens when that one is below its probability. The tokens kept are laid out in
/// ascending order of their ids, each as wide as its weight exp((score - best) / temperature), single-precision weights summed
/// in double precision, those below e^-86 as 0; the pick is the first whose running sum exceeds draw × total. Ties in truncation
/// go to the lower id. How exp and sums round their last bit is not part of it.
/// </para>
/// <para>
/// Odd scores: NaN counts as minus infinity, plus infinity as the largest finite number; when nothing is above minus infinity,
/// the lowest id that is allowed and not banned is taken. Owned by one thread (the engine's). Nothing is allocated per token,
/// but for what grows with the sequence.
/// </para>
/// </summary>
internal sealed class Sampler
{
    /// <summary>A threshold above one half is met by one token at most, so there is nothing to leave out.</summary>
    private const float MaxXtcThreshold = 0.5f;

    private readonly SamplingOptions _options;
    private readonly SamplerScratch _scratch;
    private readonly LogitBiases _biases;
    private readonly TokenPenalties _penalties;
    private readonly DryPenalty _dry;
    private readonly Mirostat? _mirostat;
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
    /// <exception cref="ArgumentOutOfRangeException">A bias names a token outside the vocabulary.</exception>
    public Sampler(SamplingOptions options, SamplerScratch scratch)
    {
        _options = options;
        _scratch = scratch;
        _biases = new LogitBiases(options.LogitBias, scratch.Scores.Length);
        _penalties = new TokenPenalties(options);
        _dry = new DryPenalty(options);
        _mirostat = options.Mirostat ? new Mirostat(options.MirostatTau, options.MirostatEta) : null;
        _random = new RandomSource(options.Seed ?? RandomSource.NewSeed());
    }

    /// <summary>Whether no score changes but by mask and bans.</summary>
    private bool KeepsScores => _biases.IsEmpty && _penalties.IsEmpty && !_dry.IsOn;

    private bool DrawsForXtc => _options.XtcProbability > 0 && _options.XtcThreshold <= MaxXtcThreshold && _mirostat is null;

    /// <summary>
    /// Takes note of the sequence's next token, for the penalties: every prompt token in order, then every generated one.
    /// </summary>
    /// <param name="token">Token id inside the vocabulary.</param>
    /// <param name="isPrompt">True for prompt tokens, cached ones too.</param>
    public void Accept(int token, bool isPrompt)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)_scratch.Scores.Length, nameof(token));
        _penalties.Accept(token, isPrompt);
        _dry.Accept(token);
    }

    /// <inheritdoc cref="Sample(ReadOnlySpan{float}, ReadOnlySpan{int}, ReadOnlySpan{ulong})"/>
    public int Sample(ReadOnlySpan<float> logits, ReadOnlySpan<int> bannedTokens) => Sample(logits, bannedTokens, []);

    /// <summary>
    /// Picks the next token; does not accept it. The token is taken as the sequence's next one: the random draws go on, and so
    /// does mirostat.
    /// </summary>
    /// <param name="logits">Scores by token id, as many as the vocabulary has; not changed.</param>
    /// <param name="bannedTokens">
    /// Ids inside the vocabulary that must not be picked, in any order. With a mask, bans (biases of minus infinity too) that
    /// would leave no allowed token are ignored; without one, not all tokens may be banned.
    /// </param>
    /// <param name="allowedTokens">
    /// Mask of tokens that may be picked (<see cref="TokenMask"/>), at least one of them; empty when all may.
    /// </param>
    /// <returns>A token id that is allowed and not banned.</returns>
    /// <exception cref="ArgumentException">A length is wrong, or no token may be picked.</exception>
    public int Sample(ReadOnlySpan<float> logits, ReadOnlySpan<int> bannedTokens, ReadOnlySpan<ulong> allowedTokens)
    {
        CheckLengths(logits, allowedTokens);
        if (_options.Temperature == 0 && KeepsScores && FindAllowedBest(logits, bannedTokens, allowedTokens) is >= 0 and var allowedBest)
        {
            return allowedBest;
        }

        bool bansHold = TokenMask.LeavesAny(allowedTokens, logits.Length, bannedTokens, _biases.Bans);
        ReadOnlySpan<int> bans = bansHold || allowedTokens.IsEmpty ? bannedTokens : [];
        ReadOnlySpan<float> scores = Adjust(logits, bans, bansHold, allowedTokens);
        (int best, float bestScore) = ScoreKernels.FindBest(scores);
        if (bestScore > float.MaxValue)
        {
            ScoreKernels.CopyScores(scores, _scratch.Scores);
            scores = _scratch.Scores;
            best = ScoreKernels.FindBest(scores).Index;
        }

        if (_options.Temperature == 0)
        {
            return best >= 0 ? best : FindLowest(allowedTokens, bans);
        }

        double xtcDraw = DrawsForXtc ? _random.NextDouble() : 1;
        double draw = _random.NextDouble();
        return best >= 0 ? Draw(new Candidates(_scratch, scores, best), xtcDraw, draw) : FindLowest(allowedTokens, bans);
    }

    private int Draw(Candidates candidates, double xtcDraw, double draw)
    {
        if (_mirostat is not null)
        {
            candidates.ApplyTemperature(_options.Temperature);
            return _mirostat.Draw(ref candidates, draw);
        }

        Truncation.Apply(ref candidates, _options, xtcDraw, _scratch.MassCut);
        candidates.ApplyTemperature(ChooseTemperature(ref candidates));
        return candidates.TokenAt(candidates.Draw(draw));
    }

    /// <summary>
    /// The temperature, or the one that follows the entropy: from the lower end of the range at entropy 0 to the upper end
    /// where all tokens left are equally probable. Source: llama.cpp, <c>llama_sampler_init_temp_ext</c>.
    /// </summary>
    private float ChooseTemperature(ref Candidates candidates)
    {
        float range = _options.DynamicTemperatureRange;
        int count = range > 0 ? candidates.CountLeft() : 1;
        if (count < 2)
        {
            return _options.Temperature;
        }

        candidates.ComputeWeights();
        double share = Math.Clamp(candidates.ComputeEntropy() / Math.Log(count), 0, 1);
        float lowest = Math.Max(0, _options.Temperature - range);
        double width = _options.Temperature + range - lowest;

        // Not 0, by which the scores could not be divided; near 0 only the best is left.
        return Math.Max(float.Epsilon, (float)(lowest + (width * Math.Pow(share, _options.DynamicTemperatureExponent))));
    }

    /// <summary>The scores after mask, bans, biases and penalties: the logits themselves when there are none, so that they need no copy.</summary>
    private ReadOnlySpan<float> Adjust(ReadOnlySpan<float> logits, ReadOnlySpan<int> bans, bool biasesBan, ReadOnlySpan<ulong> allowedTokens)
    {
        if (allowedTokens.IsEmpty && bans.IsEmpty && KeepsScores)
        {
            return logits;
        }

        float[] scores = _scratch.Scores;
        ScoreKernels.CopyScores(logits, scores);
        TokenMask.Apply(allowedTokens, scores);
        _biases.Apply(scores, biasesBan);
        foreach (int token in bans)
        {
            scores[token] = float.NegativeInfinity;
        }

        _penalties.Apply(scores);
        _dry.Apply(scores);
        return scores;
    }

    /// <summary>The best of all tokens where it is allowed and not banned, as it mostly is, so that the scores need no copy; else -1.</summary>
    private static int FindAllowedBest(ReadOnlySpan<float> logits, ReadOnlySpan<int> bans, ReadOnlySpan<ulong> allowedTokens)
    {
        (int best, float score) = ScoreKernels.FindBest(logits);
        bool mayBePicked = best >= 0 && score <= float.MaxValue && !bans.Contains(best) && (allowedTokens.IsEmpty || TokenMask.IsAllowed(allowedTokens, best));
        return mayBePicked ? best : -1;
    }

    private void CheckLengths(ReadOnlySpan<float> logits, ReadOnlySpan<ulong> allowedTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, _scratch.Scores.Length, nameof(logits));
        if (!allowedTokens.IsEmpty)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(allowedTokens.Length, TokenMask.WordCount(logits.Length), nameof(allowedTokens));
        }
    }

    private int FindLowest(ReadOnlySpan<ulong> allowedTokens, ReadOnlySpan<int> bans)
    {
        int token = TokenMask.FindLowest(allowedTokens, _scratch.Scores.Length, bans, []);
        return token >= 0 ? token : throw new ArgumentException("No token of the vocabulary may be picked.", nameof(allowedTokens));
    }
}
