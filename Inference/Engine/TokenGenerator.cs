using System.Runtime.InteropServices;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Engine;

/// <summary>
/// What happens after a row was computed: the next tokens of a choice are forced by its constraint or drawn, and joined to it. Shares
/// its working memory among all choices; nothing is allocated per token but the reports that a request asks for. Engine thread only.
/// </summary>
internal sealed class TokenGenerator
{
    // Forced tokens that join in one step. Ours: so many rows cost a few times one row, and a long constant text stalls nobody.
    private const int MostForced = 32;

    private readonly IModelRunner _runner;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly SamplerScratch _scratch;
    private readonly ulong[] _mask;
    private readonly int[] _forced;
    private readonly List<int> _bans = [];

    /// <summary>Creates a generator for all sequences of a runner.</summary>
    public TokenGenerator(IModelRunner runner, EngineOptions options, TimeProvider time)
    {
        _runner = runner;
        _options = options;
        _time = time;
        _scratch = new SamplerScratch(runner.Vocabulary.Count);
        _mask = new ulong[TokenMask.WordCount(runner.Vocabulary.Count)];

        // With this many each, the tokens of all sequences fit one batch.
        _forced = new int[Math.Clamp(runner.BatchSize / options.Parallel - 1, 0, MostForced)];
    }

    /// <summary>Gives a choice that is admitted its sampler, which has seen the prompt, and its constraint.</summary>
    public void Prepare(ChoiceState choice)
    {
        // Each choice draws from a generator of its own, the first from the one that a request with a single choice has.
        SamplingOptions sampling = choice.Job.Request.Sampling;
        choice.Sampler = new Sampler(sampling.Seed is { } seed ? sampling with { Seed = seed + choice.Index } : sampling, _scratch);
        foreach (int token in choice.Prompt)
        {
            choice.Sampler.Accept(token, isPrompt: true);
        }

        choice.Constraint = choice.Job.Request.Constraint?.Create();
    }

    /// <summary>
    /// Takes note of how probable the model found the prompt's next tokens, if the request asked for it. Sends them when the prompt is
    /// complete.
    /// </summary>
    /// <param name="choice">Before its computed part grows by the rows.</param>
    /// <param name="firstRow">Its first row in the last batch.</param>
    /// <param name="count">Number of its rows.</param>
    public void ScorePrompt(ChoiceState choice, int firstRow, int count)
    {
        if (!choice.ScoresPrompt)
        {
            return;
        }

        if (choice.PromptReports.Count == 0)
        {
            choice.PromptReports.Add(new TokenReport(new TokenLogProbability(choice.Prompt[0], float.NaN), []));
        }

        int next = choice.PromptComputed + 1;
        for (int i = 0; i < count && next + i < choice.Prompt.Length; i++)
        {
            choice.PromptReports.Add(CreateReport(choice, _runner.GetLogits(firstRow + i), choice.Prompt[next + i]));
        }

        if (choice.PromptComputed + count == choice.Prompt.Length)
        {
            choice.Job.PublishPromptScores(choice);
        }
    }

    /// <summary>
    /// Goes on after a row: forced tokens if there are any, else one that is drawn and those forced behind it. They become the
    /// choice's pending tokens.
    /// </summary>
    /// <param name="slot">A sequence whose cache holds all tokens of its choice.</param>
    /// <param name="row">The row of its last token, which has logits.</param>
    /// <returns>True when the choice has ended; its last event is sent then.</returns>
    public bool Continue(SequenceSlot slot, int row)
    {
        ChoiceState choice = slot.Choice!;
        MeasureTime(choice);
        if (choice.Job.Request.MaxTokens == 0)
        {
            choice.Job.Finish(choice, FinishReason.Length);
            return true;
        }

        return AddForced(slot) || (choice.Pending.Count == 0 && (AddSampled(slot, row) || AddForced(slot)));
    }

    private void MeasureTime(ChoiceState choice)
    {
        long now = _time.GetTimestamp();
        choice.FirstTokenAt = choice.FirstTokenAt == 0 ? now : choice.FirstTokenAt;
        choice.Times = new GenerationTimes(_time.GetElapsedTime(choice.AdmittedAt, choice.FirstTokenAt), _time.GetElapsedTime(choice.FirstTokenAt, now));
    }

    // Forced tokens are computed without logits: where log probabilities are asked for, each token is drawn, and the mask leaves
    // the same text.
    private bool AddForced(SequenceSlot slot)
    {
        ChoiceState choice = slot.Choice!;
        GenerationRequest request = choice.Job.Request;
        if (request.TopLogProbabilities is not null || request.ScoreChoices)
        {
            return false;
        }

        while (choice.Constraint is { IsFree: false } constraint && choice.Pending.Count <= _forced.Length)
        {
            int room = Math.Min(_forced.Length, _forced.Length + 1 - choice.Pending.Count);
            int count = constraint.GetForcedTokens(_forced.AsSpan(0, room));
            if (count == 0)
            {
                return false;
            }

            for (int i = 0; i < count; i++)
            {
                // Text may be written by other tokens than those of the span: a banned one is left to the sampler.
                if (IsBanned(request, _forced[i]))
                {
                    return false;
                }

                if (Add(slot, _forced[i], ReportToken(request, _forced[i])))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsBanned(GenerationRequest request, int token)
    {
        for (int i = 0; i < request.BannedSequences.Count; i++)
        {
            if (request.BannedSequences[i][^1] == token)
            {
                return true;
            }
        }

        return (request.AllowedTokens is { } allowed && !TokenMask.IsAllowed(allowed, token))
            || (request.Sampling.LogitBias.TryGetValue(token, out float bias) && float.IsNegativeInfinity(bias));
    }

    private bool AddSampled(SequenceSlot slot, int row)
    {
        ChoiceState choice = slot.Choice!;
        GenerationRequest request = choice.Job.Request;
        ReadOnlySpan<float> logits = _runner.GetLogits(row);
        ReadOnlySpan<ulong> mask = GetMask(choice);
        if (!mask.IsEmpty && !TokenMask.LeavesAny(mask, logits.Length, [], []))
        {
            return FailByConstraint(choice);
        }

        int token = choice.Sampler!.Sample(logits, GetBans(slot), mask);
        if (request.ScoreChoices)
        {
            choice.LogProbability += LogProbabilities.Compute(logits, token, []);
        }

        return Add(slot, token, request.TopLogProbabilities is null ? ReportToken(request, token) : CreateReport(choice, logits, token));
    }

    private ReadOnlySpan<ulong> GetMask(ChoiceState choice)
    {
        ulong[]? own = choice.Job.Request.AllowedTokens;
        if (choice.Constraint is not { IsFree: false } constraint)
        {
            return own;
        }

        constraint.FillMask(_mask);
        if (own is not null)
        {
            TokenMask.IntersectUnlessEmpty(_mask, own, _runner.Vocabulary.Count);
        }

        return _mask;
    }

    private ReadOnlySpan<int> GetBans(SequenceSlot slot)
    {
        ChoiceState choice = slot.Choice!;
        GenerationRequest request = choice.Job.Request;
        ReadOnlySpan<int> ends = _runner.Vocabulary.EndOfGenerationTokens;
        bool isTooShort = choice.GeneratedCount < request.MinTokens;
        if (request.BannedSequences.Count == 0 && !(isTooShort && request.StopTokens.Count > 0))
        {
            return request.IgnoreEndOfGeneration || isTooShort ? ends : [];
        }

        _bans.Clear();
        if (request.IgnoreEndOfGeneration || isTooShort)
        {
            _bans.AddRange(ends);
        }

        if (isTooShort)
        {
            _bans.AddRange(request.StopTokens);
        }

        ReadOnlySpan<int> answer = CollectionsMarshal.AsSpan(slot.Tokens)[choice.Prompt.Length..];
        for (int i = 0; i < request.BannedSequences.Count; i++)
        {
            int[] sequence = request.BannedSequences[i];
            if (answer.EndsWith(sequence.AsSpan(0, sequence.Length - 1)))
            {
                _bans.Add(sequence[^1]);
            }
        }

        return CollectionsMarshal.AsSpan(_bans);
    }

    // Joins a token to the choice. True when the choice has ended by it.
    private bool Add(SequenceSlot slot, int token, TokenReport? report)
    {
        ChoiceState choice = slot.Choice!;
        GenerationRequest request = choice.Job.Request;
        choice.Sampler!.Accept(token, isPrompt: false);
        if (choice.Constraint is { } constraint && !constraint.Accept(token))
        {
            return FailByConstraint(choice);
        }

        choice.GeneratedCount++;
        FinishReason reason = FinishReason.None;
        if (_runner.Vocabulary.IsEndOfGeneration(token) || request.StopTokens.Contains(token))
        {
            reason = FinishReason.EndOfGeneration;
        }
        else if (choice.Text.Append(request.ShowControlTokens ? _runner.Vocabulary.GetName(token) : _runner.Vocabulary.GetBytes(token), report))
        {
            reason = FinishReason.StopString;
        }
        else if (choice.GeneratedCount >= request.MaxTokens || slot.Tokens.Count + choice.Pending.Count >= _options.ContextLength)
        {
            reason = FinishReason.Length;
        }

        if (reason == FinishReason.None)
        {
            choice.Pending.Enqueue(token);
            return false;
        }

        choice.Job.Finish(choice, reason);
        return true;
    }

    private static TokenReport? ReportToken(GenerationRequest request, int token) =>
        request.ReportTokens ? new TokenReport(new TokenLogProbability(token, float.NaN), []) : null;

    private static TokenReport CreateReport(ChoiceState choice, ReadOnlySpan<float> logits, int token)
    {
        var top = new TokenLogProbability[Math.Min(choice.Job.Request.TopLogProbabilities ?? 0, logits.Length)];
        float logProbability = LogProbabilities.Compute(logits, token, top);
        return new TokenReport(new TokenLogProbability(token, logProbability), top);
    }

    private static bool FailByConstraint(ChoiceState choice)
    {
        choice.Job.Fail(EngineFailures.ConstraintFault());
        return true;
    }
}
