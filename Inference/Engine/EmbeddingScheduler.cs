namespace MistralServe.Inference.Engine;

/// <summary>
/// Decides which inputs an embedding model computes next. One step:
/// 1. end requests that were cancelled or are past their limits;
/// 2. admit waiting requests, in arrival order;
/// 3. fill one batch, one input of each request in turn, so that a request with many inputs never stalls one with few;
/// 4. compute it and hand the vectors out.
/// Engine thread only.
/// </summary>
internal sealed class EmbeddingScheduler : IScheduler
{
    // Tokens of a batch of several inputs; a longer input has a batch to itself. Encoders compare all tokens of a batch with
    // each other: measured on MiniLM with inputs of 16 tokens, tokens a second peak at 64 to 128 and are a third fewer at 512.
    private const int FillTokens = 128;

    private readonly IEmbeddingRunner _runner;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly WaitingLine<EmbeddingJob> _waiting;
    private readonly Queue<EmbeddingJob> _running = new();
    private readonly List<int[]> _inputs = [];
    private readonly List<(EmbeddingJob Job, int Input)> _owners = [];

    /// <summary>Creates a scheduler over a loaded model.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">Clock for the limits.</param>
    /// <param name="leftQueue">Called once for each job when it stops waiting, whatever the reason.</param>
    public EmbeddingScheduler(IEmbeddingRunner runner, EngineOptions options, TimeProvider time, Action<EngineJob> leftQueue)
    {
        _runner = runner;
        _options = options;
        _time = time;
        _waiting = new WaitingLine<EmbeddingJob>(options.QueueTimeout, time, leftQueue);
    }

    /// <inheritdoc/>
    public int AliveCount => _waiting.Count + _running.Count;

    /// <inheritdoc/>
    public int RunningCount => _running.Count;

    /// <inheritdoc/>
    public double MeanServiceSeconds { get; private set; }

    /// <inheritdoc/>
    public void Enqueue(EngineJob job) => _waiting.Add((EmbeddingJob)job);

    /// <inheritdoc/>
    public bool Step()
    {
        _waiting.DropOverdue();
        DropRunning();
        Admit();
        FillBatch();
        if (_inputs.Count == 0)
        {
            return false;
        }

        ComputeBatch();
        return true;
    }

    /// <inheritdoc/>
    public void FailAll(EngineFailure failure)
    {
        _waiting.FailAll(failure);

        // After a crash in the middle of a batch: some of its requests are in no other list any more. Ended ones stay as they are.
        _owners.ForEach(owner => owner.Job.Fail(failure));
        while (_running.TryDequeue(out EmbeddingJob? job))
        {
            job.Fail(failure);
        }
    }

    private void DropRunning()
    {
        for (int left = _running.Count; left > 0; left--)
        {
            EmbeddingJob job = _running.Dequeue();
            if (job.IsCancelled)
            {
                job.EndCancelled();
            }
            else if (_time.GetElapsedTime(job.ArrivedAt) > _options.RequestTimeout)
            {
                job.Fail(EngineFailures.Deadline(_options.RequestTimeout));
            }
            else
            {
                _running.Enqueue(job);
            }
        }
    }

    // As many requests as a batch has sequences: more could not share one.
    private void Admit()
    {
        while (_waiting.Count > 0 && _running.Count < _runner.SequenceCount)
        {
            EmbeddingJob job = _waiting.TakeFirst();
            job.AdmittedAt = _time.GetTimestamp();
            _running.Enqueue(job);
        }
    }

    // The first input that has no room ends the batch and begins the next one: no input, however long, waits for ever.
    private void FillBatch()
    {
        int tokens = 0;
        int room = Math.Min(FillTokens, _runner.BatchSize);
        _inputs.Clear();
        _owners.Clear();
        while (_inputs.Count < _runner.SequenceCount && _running.TryPeek(out EmbeddingJob? job))
        {
            int[] input = job.Next;
            if (tokens > 0 && tokens + input.Length > room)
            {
                return;
            }

            tokens += input.Length;
            _inputs.Add(input);
            _owners.Add((job, job.TakeNext()));
            _running.Dequeue();
            if (job.HasNext)
            {
                _running.Enqueue(job);
            }
        }
    }

    private void ComputeBatch()
    {
        DecodeResult result = _runner.Compute(_inputs);
        if (result != DecodeResult.Done)
        {
            FailBatch(result);
            return;
        }

        for (int i = 0; i < _owners.Count; i++)
        {
            (EmbeddingJob job, int input) = _owners[i];
            job.SetVector(input, _runner.GetEmbedding(i));
            if (job.HasEnded)
            {
                double seconds = _time.GetElapsedTime(job.AdmittedAt).TotalSeconds;
                MeanServiceSeconds = MeanServiceSeconds == 0 ? seconds : 0.8 * MeanServiceSeconds + 0.2 * seconds;
            }
        }
    }

    // The requests of the batch fail, with the inputs that they still had; the others go on.
    private void FailBatch(DecodeResult result)
    {
        // Only a stopping engine aborts.
        EngineFailure failure = result == DecodeResult.Aborted ? EngineFailures.ShuttingDown() : EngineFailures.Fault();
        _owners.ForEach(owner => owner.Job.Fail(failure));
        for (int left = _running.Count; left > 0; left--)
        {
            EmbeddingJob job = _running.Dequeue();
            if (!job.HasEnded)
            {
                _running.Enqueue(job);
            }
        }
    }
}
