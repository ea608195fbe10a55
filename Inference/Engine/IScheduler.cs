namespace MistralServe.Inference.Engine;

/// <summary>Decides what the decode thread computes next. One for generation, one for embeddings. Decode thread only.</summary>
internal interface IScheduler
{
    /// <summary>Jobs that were put in and have not ended.</summary>
    int AliveCount { get; }

    /// <summary>Jobs that are being computed.</summary>
    int RunningCount { get; }

    /// <summary>Seconds from admission to end, smoothed over the last jobs; 0 before the first.</summary>
    double MeanServiceSeconds { get; }

    /// <summary>Puts a job at the end of the line.</summary>
    void Enqueue(EngineJob job);

    /// <summary>Does one step.</summary>
    /// <returns>False when there was nothing to compute: the caller may wait.</returns>
    bool Step();

    /// <summary>Ends every job, waiting or running, with a failure.</summary>
    void FailAll(EngineFailure failure);
}
