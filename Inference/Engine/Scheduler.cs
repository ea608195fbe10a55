using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Engine;

/// <summary>
/// Decides what each decode call computes. One step:
/// 1. drop waiting and running requests that were cancelled or are past their limits;
/// 2. admit waiting requests, in arrival order, while a sequence is free;
/// 3. one row for each generating sequence, sample, publish;
/// 4. one batch of prompt chunks, round-robin, so that a long prompt never stalls the others.
/// Generating rows and prompt chunks are separate calls: with one KV stream a sequence the library computes rows of unequal
/// count in separate graphs anyway, and so the tokens leave first. Engine thread only.
/// </summary>
internal sealed class Scheduler
{
    // While others generate, a prompt chunk is what they wait for between two tokens; 128 rows is where prompt speed levels off.
    private const int ChunkBesideDecoding = 128;

    private readonly IModelRunner _runner;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<GenerationJob> _leftQueue;
    private readonly LinkedList<GenerationJob> _waiting = new();
    private readonly SequenceSlot[] _slots;
    private readonly List<SequenceSlot> _inBatch = [];
    private readonly SamplerScratch _scratch;
    private readonly BatchRow[] _rows;
    private long _useCounter;
    private int _nextPromptSlot;

    /// <summary>Creates a scheduler over a loaded model.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">Clock for the limits.</param>
    /// <param name="leftQueue">Called once for each job when it stops waiting, whatever the reason.</param>
    public Scheduler(IModelRunner runner, EngineOptions options, TimeProvider time, Action<GenerationJob> leftQueue)
    {
        _runner = runner;
        _options = options;
        _time = time;
        _leftQueue = leftQueue;
        _slots = [.. Enumerable.Range(0, Math.Min(runner.SequenceCount, options.Parallel)).Select(id => new SequenceSlot(id))];
        _scratch = new SamplerScratch(runner.Vocabulary.Count);
        _rows = new BatchRow[runner.BatchSize];
    }

    /// <summary>Requests that wait.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Requests that have a sequence.</summary>
    public int RunningCount => _slots.Count(slot => slot.Job is not null);

    /// <summary>Seconds from admission to end, smoothed over the last requests; 0 before the first.</summary>
    public double MeanServiceSeconds { get; private set; }

    /// <summary>Puts a request at the end of the line.</summary>
    public void Enqueue(GenerationJob job) => _waiting.AddLast(job);

    /// <summary>Does one step.</summary>
    /// <returns>False when there was nothing to compute: the caller may wait.</returns>
    public bool Step()
    {
        DropWaiting();
        DropRunning();
        Admit();
        bool generated = DecodeGenerating();
        bool prompted = DecodePrompts(besideDecoding: generated);
        return generated || prompted;
    }

    /// <summary>Ends every request, waiting or running, with a failure.</summary>
    public void FailAll(EngineFailure failure)
    {
        foreach (GenerationJob job in _waiting)
        {
            _leftQueue(job);
            job.Fail(failure);
        }

        _waiting.Clear();
        foreach (SequenceSlot slot in _slots)
        {
            if (slot.Job is { } job)
            {
                job.Fail(failure);
                Release(slot);
            }
        }
    }

    private void DropWaiting()
    {
        for (LinkedListNode<GenerationJob>? node = _waiting.First; node is not null;)
        {
            LinkedListNode<GenerationJob>? next = node.Next;
            GenerationJob job = node.Value;
            bool late = _time.GetElapsedTime(job.ArrivedAt) > _options.QueueTimeout;
            if (job.IsCancelled || late)
            {
                _waiting.Remove(node);
                _leftQueue(job);
                if (job.IsCancelled)
                {
                    job.Finish(FinishReason.Cancelled);
                }
                else
                {
                    job.Fail(EngineFailures.QueueTimeout(_options.QueueTimeout));
                }
            }

            node = next;
        }
    }

    private void DropRunning()
    {
        foreach (SequenceSlot slot in _slots)
        {
            if (slot.Job is not { } job)
            {
                continue;
            }

            if (job.StalledSince != 0 && !job.IsReaderFull)
            {
                job.StalledSince = 0;
                job.PublishText();
            }

            if (job.IsCancelled || (job.StalledSince != 0 && _time.GetElapsedTime(job.StalledSince) > _options.StallTimeout))
            {
                End(slot, FinishReason.Cancelled);
            }
            else if (_time.GetElapsedTime(job.ArrivedAt) > _options.RequestTimeout)
            {
                job.Fail(EngineFailures.Deadline(_options.RequestTimeout));
                Release(slot);
            }
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } first && FindSlot(first.Value.Request.Prompt) is { } slot)
        {
            _waiting.RemoveFirst();
            _leftQueue(first.Value);
            Start(first.Value, slot);
        }
    }

    // The free sequence that shares the longest start with the prompt; among equals the least recently used, then the lowest id.
    private SequenceSlot? FindSlot(ReadOnlySpan<int> prompt)
    {
        SequenceSlot? best = null;
        int bestCommon = -1;
        foreach (SequenceSlot slot in _slots)
        {
            if (slot.Job is not null)
            {
                continue;
            }

            int common = slot.CountCommonPrefix(prompt);
            if (common > bestCommon || (common == bestCommon && slot.LastUsed < best!.LastUsed))
            {
                best = slot;
                bestCommon = common;
            }
        }

        return best;
    }

    private void Start(GenerationJob job, SequenceSlot slot)
    {
        // At least one prompt token must be computed again: its logits are not kept.
        int keep = Math.Min(slot.CountCommonPrefix(job.Request.Prompt), job.Request.Prompt.Length - 1);
        if (keep < slot.Tokens.Count && !_runner.RemoveFrom(slot.Id, keep))
        {
            // This model's memory cannot be cut in the middle: never wrong, only slower.
            _runner.RemoveFrom(slot.Id, 0);
            keep = 0;
        }

        slot.Tokens.RemoveRange(keep, slot.Tokens.Count - keep);
        slot.Job = job;
        job.Sequence = slot.Id;
        job.AdmittedAt = _time.GetTimestamp();
        job.CachedTokens = job.PromptComputed = keep;
        job.Sampler = new Sampler(job.Request.Sampling, _scratch);
        foreach (int token in job.Request.Prompt)
        {
            job.Sampler.Accept(token, isPrompt: true);
        }

        // The reader knows now that the request runs: a stream's headers leave here, before the prompt is computed.
        job.PublishPromptProgress();
    }

    private bool DecodeGenerating()
    {
        int rows = 0;
        _inBatch.Clear();
        foreach (SequenceSlot slot in _slots)
        {
            if (slot.Job is not { IsGenerating: true } job)
            {
                continue;
            }

            if (job.IsReaderFull)
            {
                job.StalledSince = job.StalledSince == 0 ? _time.GetTimestamp() : job.StalledSince;
                continue;
            }

            _rows[rows++] = new BatchRow(job.NextToken, slot.Tokens.Count, slot.Id, WantLogits: true);
            _inBatch.Add(slot);
        }

        if (rows == 0)
        {
            return false;
        }

        if (!Decode(rows))
        {
            return true;
        }

        for (int row = 0; row < rows; row++)
        {
            SequenceSlot slot = _inBatch[row];
            slot.Tokens.Add(slot.Job!.NextToken);
            SampleNext(slot, row);
        }

        return true;
    }

    private bool DecodePrompts(bool besideDecoding)
    {
        int budget = besideDecoding ? Math.Min(ChunkBesideDecoding, _rows.Length) : _rows.Length;
        int waiting = _slots.Count(slot => slot.Job is { IsGenerating: false });
        if (waiting == 0)
        {
            return false;
        }

        // Equal shares, starting behind the sequence that came last, then sorted by sequence: equal row counts of adjacent
        // sequences are computed in one graph.
        _inBatch.Clear();
        for (int i = 0; i < _slots.Length && _inBatch.Count < budget; i++)
        {
            SequenceSlot slot = _slots[(_nextPromptSlot + i) % _slots.Length];
            if (slot.Job is { IsGenerating: false })
            {
                _inBatch.Add(slot);
            }
        }

        _nextPromptSlot = (_inBatch[0].Id + 1) % _slots.Length;
        _inBatch.Sort((a, b) => a.Id.CompareTo(b.Id));
        int rows = FillPromptRows(Math.Max(1, budget / _inBatch.Count), budget);
        if (Decode(rows))
        {
            PublishPrompts(rows);
        }

        return true;
    }

    private int FillPromptRows(int share, int budget)
    {
        int rows = 0;
        foreach (SequenceSlot slot in _inBatch)
        {
            int[] prompt = slot.Job!.Request.Prompt;
            int from = slot.Job.PromptComputed;
            int count = Math.Min(Math.Min(share, prompt.Length - from), budget - rows);
            for (int i = from; i < from + count; i++)
            {
                _rows[rows++] = new BatchRow(prompt[i], i, slot.Id, WantLogits: i == prompt.Length - 1);
            }
        }

        return rows;
    }

    private void PublishPrompts(int rows)
    {
        int row = 0;
        foreach (SequenceSlot slot in _inBatch)
        {
            GenerationJob job = slot.Job!;
            while (row < rows && _rows[row].Sequence == slot.Id)
            {
                slot.Tokens.Add(_rows[row++].Token);
            }

            job.PromptComputed = slot.Tokens.Count;
            if (job.IsGenerating)
            {
                SampleNext(slot, row - 1);
            }
            else
            {
                job.PublishPromptProgress();
            }
        }
    }

    private void SampleNext(SequenceSlot slot, int row)
    {
        GenerationJob job = slot.Job!;
        IVocabulary vocabulary = _runner.Vocabulary;
        ReadOnlySpan<int> banned = job.Request.IgnoreEndOfGeneration ? vocabulary.EndOfGenerationTokens : [];
        int token = job.Sampler!.Sample(_runner.GetLogits(row), banned);
        job.Sampler.Accept(token, isPrompt: false);
        job.GeneratedCount++;
        job.NextToken = token;
        if (vocabulary.IsEndOfGeneration(token))
        {
            End(slot, FinishReason.EndOfGeneration);
        }
        else if (job.Text.Append(vocabulary.GetBytes(token)))
        {
            End(slot, FinishReason.StopString);
        }
        else if (job.GeneratedCount >= job.Request.MaxTokens || slot.Tokens.Count >= _options.ContextLength)
        {
            End(slot, FinishReason.Length);
        }
        else
        {
            job.PublishText();
        }
    }

    // One decode call. On failure the requests in it end with an error, their sequences are emptied, the others go on.
    private bool Decode(int rows)
    {
        DecodeResult result = _runner.Decode(_rows.AsSpan(0, rows));
        if (result == DecodeResult.Done)
        {
            return true;
        }

        // Only a stopping engine aborts.
        EngineFailure failure = result == DecodeResult.Aborted ? EngineFailures.ShuttingDown() : EngineFailures.Fault();
        foreach (SequenceSlot slot in _inBatch)
        {
            slot.Job!.Fail(failure);
            Release(slot);
            _runner.RemoveFrom(slot.Id, 0);
            slot.Tokens.Clear();
        }

        return false;
    }

    private void End(SequenceSlot slot, FinishReason reason)
    {
        GenerationJob job = slot.Job!;
        double seconds = _time.GetElapsedTime(job.AdmittedAt).TotalSeconds;
        MeanServiceSeconds = MeanServiceSeconds == 0 ? seconds : 0.8 * MeanServiceSeconds + 0.2 * seconds;
        job.Finish(reason);
        Release(slot);
    }

    private void Release(SequenceSlot slot)
    {
        slot.Job = null;
        slot.LastUsed = ++_useCounter;
    }
}
