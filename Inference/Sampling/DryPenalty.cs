using System.Runtime.InteropServices;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// DRY ("don't repeat yourself"): lowers the scores of tokens that would go on with a sequence seen before.
/// <para>
/// In the window of the last tokens, let the token x stand at a place with n tokens before it that equal the n last tokens, n
/// being the greatest such number for x over all its places. When n is at least the allowed length, x loses multiplier ×
/// base^(n - allowed length). The n tokens reach neither outside the window nor back to a breaker: only tokens behind the end of
/// the last breaker count. A token that is a breaker by itself loses nothing.
/// </para>
/// Owned by one thread. Source: the DRY proposal, https://github.com/oobabooga/text-generation-webui/pull/5677; llama.cpp,
/// <c>llama_sampler_init_dry</c>.
/// </summary>
internal sealed class DryPenalty
{
    private readonly SamplingOptions _options;
    private readonly double _maxExponent;
    private readonly HashSet<int> _singleBreakers = [];
    private readonly Dictionary<int, List<int[]>> _breakersByLastToken = [];

    // The tokens of the window, and for a while some before it, so that cutting them off costs little a token.
    private readonly List<int> _tokens = [];
    private readonly Dictionary<int, int> _lengths = [];
    private int[] _matches = [];
    private int _sinceBreaker;

    /// <summary>Nothing seen yet. The options of the DRY penalty are trusted to be in range.</summary>
    public DryPenalty(SamplingOptions options)
    {
        _options = options;

        // Higher powers would leave single precision. A base of 1 stays 1.
        _maxExponent = Math.Log(float.MaxValue) / Math.Log(options.DryBase);
        if (!IsOn)
        {
            return;
        }

        foreach (int[] breaker in options.DrySequenceBreakers)
        {
            if (breaker.Length == 1)
            {
                _singleBreakers.Add(breaker[0]);
                continue;
            }

            ref List<int[]>? breakers = ref CollectionsMarshal.GetValueRefOrAddDefault(_breakersByLastToken, breaker[^1], out _);
            (breakers ??= []).Add(breaker);
        }
    }

    /// <summary>Whether the options ask for the penalty.</summary>
    public bool IsOn => _options.DryMultiplier > 0 && _options.DryWindow != 0;

    /// <summary>Takes note of the sequence's next token.</summary>
    public void Accept(int token)
    {
        if (!IsOn)
        {
            return;
        }

        if (_options.DryWindow > 0 && _tokens.Count >= 2L * _options.DryWindow)
        {
            _tokens.RemoveRange(0, _tokens.Count - _options.DryWindow);
        }

        _tokens.Add(token);
        _sinceBreaker = EndsBreaker(token) ? 0 : _sinceBreaker + 1;
    }

    /// <summary>Lowers the scores (by token id, no NaN); none becomes minus infinity. Time: linear in the window.</summary>
    public void Apply(Span<float> scores)
    {
        if (!IsOn || _sinceBreaker < _options.DryAllowedLength)
        {
            return;
        }

        ReadOnlySpan<int> window = CollectionsMarshal.AsSpan(_tokens);
        window = _options.DryWindow > 0 && window.Length > _options.DryWindow ? window[^_options.DryWindow..] : window;
        if (_matches.Length < window.Length)
        {
            _matches = new int[Math.Max(window.Length, 2 * _matches.Length)];
        }

        FindMatches(window, _matches);
        _lengths.Clear();
        for (int back = 1; back < window.Length; back++)
        {
            int length = Math.Min(_matches[back], _sinceBreaker);
            if (length >= _options.DryAllowedLength)
            {
                ref int longest = ref CollectionsMarshal.GetValueRefOrAddDefault(_lengths, window[^back], out _);
                longest = Math.Max(longest, length);
            }
        }

        foreach ((int token, int length) in _lengths)
        {
            if (!_singleBreakers.Contains(token) && scores[token] > float.NegativeInfinity)
            {
                double exponent = Math.Min(length - _options.DryAllowedLength, _maxExponent);
                double score = scores[token] - (_options.DryMultiplier * Math.Pow(_options.DryBase, exponent));
                scores[token] = (float)Math.Max(score, float.MinValue);
            }
        }
    }

    /// <summary>
    /// For each number of tokens back, how many tokens before that place equal the last ones: with the tokens read from the end,
    /// the Z-array of their sequence. Source: D. Gusfield, "Algorithms on Strings, Trees, and Sequences", section 1.4.
    /// </summary>
    /// <param name="tokens">In order.</param>
    /// <param name="matches">At least as long; index 0 is not set.</param>
    private static void FindMatches(ReadOnlySpan<int> tokens, Span<int> matches)
    {
        // The stretch [start, end) is the one known match that reaches farthest; inside it earlier results can be reused.
        int start = 0;
        int end = 0;
        for (int back = 1; back < tokens.Length; back++)
        {
            int length = back < end ? Math.Min(end - back, matches[back - start]) : 0;
            while (back + length < tokens.Length && tokens[^(length + 1)] == tokens[^(back + length + 1)])
            {
                length++;
            }

            matches[back] = length;
            if (back + length > end)
            {
                start = back;
                end = back + length;
            }
        }
    }

    private bool EndsBreaker(int token)
    {
        if (_singleBreakers.Contains(token))
        {
            return true;
        }

        if (!_breakersByLastToken.TryGetValue(token, out List<int[]>? breakers))
        {
            return false;
        }

        foreach (int[] breaker in breakers)
        {
            if (CollectionsMarshal.AsSpan(_tokens).EndsWith(breaker))
            {
                return true;
            }
        }

        return false;
    }
}
