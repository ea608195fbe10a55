namespace MistralServe.Inference.Engine;

/// <summary>
/// Decides what each decode call computes. One step:
/// 1. drop running requests that were cancelled or are past their limits;
/// 2. admit waiting requests, in arrival order, while fewer than the allowed number run; then drop those that waited too long;
/// 3. end the waits for a common start that another request was computing;
/// 4. one row (and guesses) for each generating sequence: decode, sample, publish;
/// 5. one batch of prompt chunks in equal shares, so that a long prompt never stalls the others.
/// Generating rows and prompt chunks are separate calls: with one KV stream a sequence the library computes rows of unequal
/// count in separate graphs anyway, and so the tokens leave first. Engine thread only.
/// </summary>
internal sealed class Scheduler : IScheduler
{
    private readonly IModelRunner _runner;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly WaitingLine<GenerationJob> _waiting;
    private readonly List<GenerationJob> _alive = [];
    private readonly SlotPool _pool;
    private readonly GenerationBatch _generation;
    private readonly PromptBatch _prompts;
    private readonly TokenGenerator _generator;

    /// <summary>Creates a scheduler over a loaded model.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">Clock for the limits.</param>
    /// <param name="leftQueue">Called once for each job when it stops waiting, whatever the reason.</param>
    public Scheduler(IModelRunner runner, EngineOptions options, TimeProvider time, Action<EngineJob> leftQueue)
    {
        _runner = runner;
        _options = options;
        _time = time;
        _waiting = new WaitingLine<GenerationJob>(options.QueueTimeout, time, leftQueue);
        _pool = new SlotPool(runner);
        _generation = new GenerationBatch(runner, options);
        _prompts = new PromptBatch(runner, _pool.Slots.Length);
        _generator = new TokenGenerator(runner, options, time);
    }

    /// <inheritdoc/>
    public int AliveCount => _alive.Count;

    /// <inheritdoc/>
    public int RunningCount => _pool.BusyCount;

    /// <inheritdoc/>
    public double MeanServiceSeconds { get; private set; }

    /// <inheritdoc/>
    public void Enqueue(EngineJob job)
    {
        var generation = (GenerationJob)job;
        _alive.Add(generation);
        _waiting.Add(generation);
    }

    /// <inheritdoc/>
    public bool Step()
    {
        DropRunning();
        Admit();
        _waiting.DropOverdue();
        foreach (SequenceSlot slot in _pool.Slots)
        {
            if (slot.Choice is { Donor: not null })
            {
                _pool.ResolveDonor(slot);
            }
        }

        bool generated = DecodeGenerating();
        bool prompted = DecodePrompts(streams: generated ? _generation.Members.Count : 0);
        _alive.RemoveAll(static job => job.IsOver);
        return generated || prompted;
    }

    /// <inheritdoc/>
    public void FailAll(EngineFailure failure)
    {
        _waiting.FailAll(failure);
        foreach (SequenceSlot slot in _pool.Slots)
        {
            if (slot.Choice is { } choice)
            {
                choice.Job.Fail(failure);
                _pool.Release(slot);
            }
        }

        _alive.RemoveAll(static job => job.IsOver);
    }

    private void DropRunning()
    {
        foreach (SequenceSlot slot in _pool.Slots)
        {
            if (slot.Choice is not { } choice)
            {
                continue;
            }

            GenerationJob job = choice.Job;
            if (choice.StalledSince != 0 && !job.IsReaderFull)
            {
                choice.StalledSince = 0;
                job.PublishText(choice);
            }

            if (job.IsCancelled || (choice.StalledSince != 0 && _time.GetElapsedTime(choice.StalledSince) > _options.StallTimeout))
            {
                End(slot, FinishReason.Cancelled);
            }
            else if (job.IsOver || _time.GetElapsedTime(job.ArrivedAt) > _options.RequestTimeout)
            {
                job.Fail(EngineFailures.Deadline(_options.RequestTimeout));
                _pool.Release(slot);
            }
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } job && _pool.BusyCount < _options.Parallel)
        {
            if (job.IsOver || job.IsCancelled)
            {
                _waiting.TakeFirst();
                job.EndCancelled();
                continue;
            }

            Start(job.Choices[job.AdmittedCount++]);
            if (job.AdmittedCount == job.Choices.Length)
            {
                _waiting.TakeFirst();
            }
        }
    }

    private void Start(ChoiceState choice)
    {
        GenerationRequest request = choice.Job.Request;
        _pool.Assign(choice);
        choice.AdmittedAt = _time.GetTimestamp();

        _generator.Prepare(choice);
        int longest = (int)Math.Min(_options.ContextLength, (long)choice.Prompt.Length + request.MaxTokens);
        choice.Drafts = request.Speculate && _options.MaxDraftTokens > 0 && _runner.CanCut ? new DraftLookup(longest, _options.MaxDraftTokens) : null;

        // The reader knows now that the request runs: a stream's headers leave here, before the prompt is computed.
        choice.Job.PublishPromptProgress(choice);
    }

    private bool DecodeGenerating()
    {
        int rows = _generation.Fill(_pool.Slots, _time.GetTimestamp());
        if (rows == 0)
        {
            return false;
        }

        // The throw-away rows leave whatever became of the batch: their sequences are not in it and go on.
        bool done = Decode(_generation.Rows, _generation.Members);
        _generation.RemoveFillers();
        if (done)
        {
            foreach (GenerationBatch.Member member in _generation.Members)
            {
                Advance(member);
            }
        }

        return true;
    }

    // Goes on row by row as long as the guesses were right; what was guessed wrong leaves the cache again.
    private void Advance(GenerationBatch.Member member)
    {
        SequenceSlot slot = member.Slot;
        ChoiceState choice = slot.Choice!;
        for (int i = 0; i < member.TokenCount; i++)
        {
            slot.Tokens.Add(choice.Pending.Dequeue());
        }

        int accepted = 0;
        bool ended = _generator.Continue(slot, member.LastTokenRow);
        while (!ended && accepted < member.DraftCount && choice.Pending.Peek() == _generation.Rows[member.LastTokenRow + accepted + 1].Token)
        {
            accepted++;
            choice.AcceptedDrafts++;
            slot.Tokens.Add(choice.Pending.Dequeue());
            ended = choice.Pending.Count == 0 && _generator.Continue(slot, member.LastTokenRow + accepted);
        }

        if (member.DraftCount > 0)
        {
            choice.RejectedDrafts += member.DraftCount - accepted;
            choice.Drafts!.Learn(member.DraftCount, accepted);
            if (accepted < member.DraftCount)
            {
                _runner.RemoveFrom(slot.Id, slot.Tokens.Count);
            }
        }

        if (ended)
        {
            ReleaseEnded(slot);
        }
        else
        {
            choice.Job.PublishText(choice);
        }
    }

    private bool DecodePrompts(int streams)
    {
        if (_prompts.Fill(_pool.Slots, streams) == 0)
        {
            return false;
        }

        long start = _time.GetTimestamp();
        if (!Decode(_prompts.Rows, _prompts.Members))
        {
            return true;
        }

        foreach (PromptBatch.Member member in _prompts.Members)
        {
            SequenceSlot slot = member.Slot;
            ChoiceState choice = slot.Choice!;
            slot.Tokens.AddRange(choice.Prompt.AsSpan(choice.PromptComputed, member.Count));
            _generator.ScorePrompt(choice, member.FirstRow, member.Count);
            choice.PromptComputed += member.Count;
            if (!choice.IsGenerating)
            {
                choice.Times = new GenerationTimes(_time.GetElapsedTime(choice.AdmittedAt), TimeSpan.Zero);
                choice.Job.PublishPromptProgress(choice);
            }
            else if (_generator.Continue(slot, member.LastRow))
            {
                ReleaseEnded(slot);
            }
            else
            {
                choice.Job.PublishText(choice);
            }
        }

        _prompts.Learn(_time.GetElapsedTime(start));
        return true;
    }

    // One decode call. Without room cached prefixes go first. A failure ends the requests in the batch, the others go on.
    private bool Decode<TMember>(ReadOnlySpan<BatchRow> rows, List<TMember> members)
        where TMember : struct, IBatchMember
    {
        DecodeResult result = _runner.Decode(rows);
        if (result == DecodeResult.NoRoom && _pool.EvictAll())
        {
            result = _runner.Decode(rows);
        }

        if (result == DecodeResult.Done)
        {
            return true;
        }

        // Only a stopping engine aborts.
        EngineFailure failure = result == DecodeResult.Aborted ? EngineFailures.ShuttingDown() : EngineFailures.Fault();
        foreach (TMember member in members)
        {
            member.Slot.Choice!.Job.Fail(failure);
            _pool.Release(member.Slot);
            _pool.Clear(member.Slot);
        }

        return false;
    }

    private void End(SequenceSlot slot, FinishReason reason)
    {
        ChoiceState choice = slot.Choice!;
        choice.Job.Finish(choice, reason);
        ReleaseEnded(slot);
    }

    private void ReleaseEnded(SequenceSlot slot)
    {
        double seconds = _time.GetElapsedTime(slot.Choice!.AdmittedAt).TotalSeconds;
        MeanServiceSeconds = MeanServiceSeconds == 0 ? seconds : 0.8 * MeanServiceSeconds + 0.2 * seconds;
        _pool.Release(slot);
    }
}
