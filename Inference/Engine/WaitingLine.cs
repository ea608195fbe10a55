namespace MistralServe.Inference.Engine;

/// <summary>
/// Jobs in arrival order. Cancelled ones and those that waited too long leave it at the next look. Decode thread only.
/// </summary>
/// <typeparam name="TJob">Kind of job.</typeparam>
/// <param name="limit">Longest wait.</param>
/// <param name="time">Clock for the limit.</param>
/// <param name="left">Called once for each job that leaves, for whatever reason: its place in the queue is free.</param>
internal sealed class WaitingLine<TJob>(TimeSpan limit, TimeProvider time, Action<EngineJob> left)
    where TJob : EngineJob
{
    private readonly LinkedList<TJob> _jobs = new();

    /// <summary>Jobs that wait.</summary>
    public int Count => _jobs.Count;

    /// <summary>The job that came first; null when none waits.</summary>
    public TJob? First => _jobs.First?.Value;

    /// <summary>Puts a job at the end.</summary>
    public void Add(TJob job) => _jobs.AddLast(job);

    /// <summary>Takes the first job out.</summary>
    public TJob TakeFirst()
    {
        TJob job = _jobs.First!.Value;
        _jobs.RemoveFirst();
        left(job);
        return job;
    }

    /// <summary>Ends the jobs that were cancelled or waited too long.</summary>
    public void DropOverdue()
    {
        for (LinkedListNode<TJob>? node = _jobs.First; node is not null;)
        {
            LinkedListNode<TJob>? next = node.Next;
            TJob job = node.Value;
            bool late = !job.MayWaitLonger && time.GetElapsedTime(job.ArrivedAt) > limit;
            if (job.IsCancelled || late)
            {
                _jobs.Remove(node);
                left(job);
                if (job.IsCancelled)
                {
                    job.EndCancelled();
                }
                else
                {
                    job.Fail(EngineFailures.QueueTimeout(limit));
                }
            }

            node = next;
        }
    }

    /// <summary>Ends all jobs with a failure.</summary>
    public void FailAll(EngineFailure failure)
    {
        foreach (TJob job in _jobs)
        {
            left(job);
            job.Fail(failure);
        }

        _jobs.Clear();
    }
}
