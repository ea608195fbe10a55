namespace MistralServe.Inference.Engine;

/// <summary>One request for embeddings on its way through the engine. Its counters belong to the decode thread.</summary>
/// <param name="request">The validated request.</param>
/// <param name="arrivedAt">Timestamp of the request's arrival (<see cref="TimeProvider.GetTimestamp"/>).</param>
/// <param name="wakeEngine">Called after a cancel, so that a waiting decode thread sees it.</param>
internal sealed class EmbeddingJob(EmbeddingRequest request, long arrivedAt, Action wakeEngine) : EngineJob(arrivedAt, wakeEngine)
{
    // Continuations must not run on the decode thread.
    private readonly TaskCompletionSource<EmbeddingResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[][] _vectors = new float[request.Inputs.Count][];
    private int _taken;
    private int _computed;

    /// <summary>One, however many inputs: they are bounded by themselves, and share the batches with other requests.</summary>
    public override int Places => 1;

    /// <summary>When it was admitted; 0 while it waits.</summary>
    public long AdmittedAt { get; set; }

    /// <summary>Whether inputs are left that no batch has had.</summary>
    public bool HasNext => _taken < request.Inputs.Count;

    /// <summary>The input to compute next, while <see cref="HasNext"/>.</summary>
    public int[] Next => request.Inputs[_taken];

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _result.Task.IsCompleted;

    /// <summary>The reader's side.</summary>
    public EmbeddingComputation ToComputation() => new(_result.Task, Cancel);

    /// <summary>Puts the next input into a batch.</summary>
    /// <returns>The input's index, for <see cref="SetVector"/>.</returns>
    public int TakeNext() => _taken++;

    /// <summary>Stores the vector of an input. The last one completes the result.</summary>
    public void SetVector(int input, ReadOnlySpan<float> vector)
    {
        _vectors[input] = vector.ToArray();
        if (++_computed == _vectors.Length)
        {
            End(new EmbeddingResult(_vectors, null));
        }
    }

    /// <inheritdoc/>
    public override void Fail(EngineFailure failure) => End(new EmbeddingResult(null, failure));

    /// <inheritdoc/>
    public override void EndCancelled()
    {
        Share?.Dispose();
        _result.TrySetCanceled();
    }

    // The share first: when the reader hears of the end, its client may send the next request at once.
    private void End(EmbeddingResult result)
    {
        Share?.Dispose();
        _result.TrySetResult(result);
    }
}
