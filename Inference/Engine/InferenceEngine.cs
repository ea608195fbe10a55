using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace MistralServe.Inference.Engine;

/// <summary>Where the engine is in its life.</summary>
internal enum EngineState
{
    /// <summary>The model is being loaded.</summary>
    Loading,

    /// <summary>Requests are served.</summary>
    Ready,

    /// <summary>No new requests; running ones finish.</summary>
    Draining,

    /// <summary>The decode thread has ended or could not load the model.</summary>
    Stopped,
}

/// <summary>
/// Owns the decode thread, the only one that touches the model's context. Requests come in through a bounded channel, events
/// go out through one bounded channel each. All public members may be called from any thread.
/// </summary>
internal sealed partial class InferenceEngine
{
    // An idle engine stamps its heartbeat this often.
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(1);

    // With a reader that stalls there is nothing to compute, but its buffer is looked at again soon.
    private static readonly TimeSpan StallWait = TimeSpan.FromMilliseconds(10);

    // Deep recursion in the library's parsers needs more than the default of some C libraries.
    private const int StackBytes = 16 * 1024 * 1024;

    private readonly EngineOptions _options;
    private readonly Func<Func<float, bool>, (IRunner? Runner, string? Problem)> _load;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<EngineJob> _queue;
    private readonly KeyShares _shares;
    private readonly WakeSignal _wake = new();
    private readonly TaskCompletionSource<string?> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state = (int)EngineState.Loading;
    private volatile float _loadProgress;
    private volatile bool _stopRequested;
    private volatile IRunner? _runner;
    private int _places;
    // Decode thread only: requests taken from the queue and not yet counted as ended.
    private int _taken;
    private int _seenActivity;
    private int _active;
    private long _heartbeat;
    private double _meanServiceSeconds;

    /// <summary>Creates an engine that is not started.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="load">Loads the model on the decode thread, reporting 0..1 and giving up when told false; returns a runner or a sentence.</param>
    /// <param name="time">Clock for limits and heartbeat.</param>
    /// <param name="logger">Takes one line a life event.</param>
    public InferenceEngine(EngineOptions options, Func<Func<float, bool>, (IRunner? Runner, string? Problem)> load, TimeProvider time, ILogger<InferenceEngine> logger)
    {
        _options = options;
        _load = load;
        _time = time;
        _logger = logger;
        _heartbeat = time.GetTimestamp();
        _shares = new KeyShares(options.ShareLimit);
        _queue = Channel.CreateBounded<EngineJob>(new BoundedChannelOptions(options.QueueLimit) { SingleReader = true });
    }

    /// <summary>State now.</summary>
    public EngineState State => (EngineState)Volatile.Read(ref _state);

    /// <summary>Share of the model loaded so far, 0..1.</summary>
    public float LoadProgress => _loadProgress;

    /// <summary>
    /// Age of the decode thread's last sign of life: the start of a step, or progress inside a long batch since this was last
    /// asked. While a model loads there is none.
    /// </summary>
    public TimeSpan HeartbeatAge
    {
        get
        {
            int activity = _runner?.ActivityCount ?? 0;
            if (Interlocked.Exchange(ref _seenActivity, activity) != activity)
            {
                Volatile.Write(ref _heartbeat, _time.GetTimestamp());
            }

            return _time.GetElapsedTime(Volatile.Read(ref _heartbeat));
        }
    }

    /// <summary>Tokens of one request, prompt and answer together.</summary>
    public int ContextLength => _options.ContextLength;

    /// <summary>Requests that wait or run.</summary>
    public int ActiveCount => Volatile.Read(ref _active);

    /// <summary>Completes when the model is loaded (null) or could not be (a sentence).</summary>
    public Task<string?> Loaded => _loaded.Task;

    /// <summary>Completes when the decode thread has ended, for whatever reason.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The loaded model's vocabulary. Throws before <see cref="Loaded"/> has completed with null.</summary>
    public IVocabulary Vocabulary => _runner?.Vocabulary ?? throw new InvalidOperationException("the model is not loaded");

    /// <summary>Floats of one embedding of the loaded model. Throws for other models and before <see cref="Loaded"/> has completed with null.</summary>
    public int EmbeddingDimensions => (_runner as IEmbeddingRunner)?.Dimensions ?? throw new InvalidOperationException("no embedding model is loaded");

    /// <summary>Starts the decode thread, which loads the model first. Call once.</summary>
    public void Start() => new Thread(Run, StackBytes) { Name = "decode", IsBackground = true }.Start();

    /// <summary>
    /// Takes a part of the key's share and a place in the queue for a request whose prompt is still to be made. Give it to <see cref="Submit"/>
    /// or dispose it.
    /// </summary>
    /// <param name="principal">Name of the caller's key; empty when no keys are configured.</param>
    /// <param name="choices">Answers wanted: a request with several counts as so many.</param>
    /// <returns>The place, or why there is none: too many answers, the share is used, the queue is full or the server is going down.</returns>
    public (QueuePlace? Place, EngineFailure? Failure) TryEnter(string principal, int choices = 1)
    {
        if (State is EngineState.Draining or EngineState.Stopped)
        {
            return (null, EngineFailures.ShuttingDown());
        }

        if (FindTooMany(choices) is { } tooMany)
        {
            return (null, tooMany);
        }

        if (_shares.TryTake(principal, choices) is not { } share)
        {
            return (null, EngineFailures.ShareUsed(_shares.Limit, EstimateRetryAfter(_shares.CountOf(principal))));
        }

        if (Interlocked.Add(ref _places, choices) > _options.QueueLimit)
        {
            Interlocked.Add(ref _places, -choices);
            share.Dispose();
            return (null, EngineFailures.QueueFull(_options.QueueLimit, EstimateRetryAfter(Volatile.Read(ref _places))));
        }

        Interlocked.Increment(ref _active);
        return (new QueuePlace(this, share, choices, _time.GetTimestamp()), null);
    }

    /// <summary>The failure of a request for more answers than could ever be taken: trying again would be in vain. Null when there are not too many.</summary>
    public EngineFailure? FindTooMany(int answers)
    {
        int limit = Math.Min(_options.QueueLimit, _shares.Limit);
        return answers > limit ? EngineFailures.TooManyAnswers(answers, limit) : null;
    }

    /// <summary>Answers of a key that wait or run.</summary>
    public int CountOf(string principal) => _shares.CountOf(principal);

    /// <summary>What a key has of its share; null where shares have no limit.</summary>
    public ShareState? FindShare(string principal)
    {
        if (_shares.Limit == int.MaxValue)
        {
            return null;
        }

        int used = _shares.CountOf(principal);
        return new ShareState(_shares.Limit, used, used == 0 ? TimeSpan.Zero : EstimateRetryAfter(used));
    }

    /// <summary>
    /// Waits until the model is loaded, at most until the place's wait limit.
    /// </summary>
    /// <returns>Null when it is; else why not. Throws <see cref="OperationCanceledException"/> when the caller gives up.</returns>
    public async ValueTask<EngineFailure?> WaitUntilLoadedAsync(QueuePlace place, CancellationToken cancellationToken)
    {
        if (!_loaded.Task.IsCompleted)
        {
            TimeSpan left = _options.QueueTimeout - _time.GetElapsedTime(place.ArrivedAt);
            try
            {
                await _loaded.Task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return EngineFailures.QueueTimeout(_options.QueueTimeout);
            }
        }

        return await _loaded.Task.ConfigureAwait(false) is null && State != EngineState.Stopped ? null : EngineFailures.ShuttingDown();
    }

    /// <summary>Hands a generation to the decode thread; the place goes with it. Only for a model that generates text.</summary>
    public Generation Submit(GenerationRequest request, QueuePlace place)
    {
        var job = new GenerationJob(request, _options.EventBuffer, place.ArrivedAt, _wake.Set);
        Generation generation = job.ToGeneration();
        if (request.MaxTokens == 0 && !request.ScorePrompt)
        {
            // Nothing to compute; the place goes back when the caller disposes it.
            job.EndEmpty();
        }
        else
        {
            Submit(job, place);
        }

        return generation;
    }

    /// <summary>Hands a request for embeddings to the decode thread; the place goes with it. Only for an embedding model.</summary>
    public EmbeddingComputation Submit(EmbeddingRequest request, QueuePlace place)
    {
        var job = new EmbeddingJob(request, place.ArrivedAt, _wake.Set);
        Submit(job, place);
        return job.ToComputation();
    }

    /// <summary>Refuses new requests from now on; running ones go on.</summary>
    public void Drain()
    {
        if (!TryMove(EngineState.Ready, EngineState.Draining))
        {
            TryMove(EngineState.Loading, EngineState.Draining);
        }
    }

    /// <summary>Ends the decode thread: what still runs fails, the model is freed. <see cref="Ended"/> completes then.</summary>
    public void Stop()
    {
        _stopRequested = true;
        _runner?.RequestAbort();
        _wake.Set();
    }

    /// <summary>Gives a place back. For <see cref="QueuePlace"/>.</summary>
    internal void ReleasePlace(int choices)
    {
        LeaveQueue(choices);
        Interlocked.Decrement(ref _active);
    }

    private void Submit(EngineJob job, QueuePlace place)
    {
        job.Share = place.Transfer();
        if (_queue.Writer.TryWrite(job))
        {
            _wake.Set();
        }
        else
        {
            // Places bound the channel, so only a completed channel refuses: the engine has stopped.
            LeaveQueue(job.Places);
            job.Fail(EngineFailures.ShuttingDown());
            Interlocked.Decrement(ref _active);
        }
    }

    // A drain that comes while the load ends must not be undone.
    private bool TryMove(EngineState from, EngineState to) => Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;

    private void LeaveQueue(int choices) => Interlocked.Add(ref _places, -choices);

    // Queue length × mean service time ÷ parallel sequences, within what clients honour.
    private TimeSpan EstimateRetryAfter(int answers)
    {
        double seconds = answers * Volatile.Read(ref _meanServiceSeconds) / _options.Parallel;
        return TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(seconds), 1, 60));
    }

    private void Run()
    {
        IScheduler? scheduler = null;
        try
        {
            scheduler = Load();
            while (scheduler is not null && !_stopRequested)
            {
                RunOnce(scheduler);
            }
        }
#pragma warning disable CA1031 // The outermost loop: logs once, fails the requests, and the process ends with an error.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogDied(_logger, exception);
            _loaded.TrySetResult("the engine failed while loading the model");
        }

        Volatile.Write(ref _state, (int)EngineState.Stopped);
        _queue.Writer.TryComplete();
        if (scheduler is not null)
        {
            TakeQueue(scheduler);
            scheduler.FailAll(_stopRequested ? EngineFailures.ShuttingDown() : EngineFailures.Fault());
            CountActive(scheduler);
        }

        _runner?.Dispose();
        _ended.TrySetResult();
    }

    private IScheduler? Load()
    {
        long start = _time.GetTimestamp();
        (IRunner? runner, string? problem) = _load(progress =>
        {
            _loadProgress = progress;
            return !_stopRequested;
        });
        if (runner is null)
        {
            _loaded.TrySetResult(problem ?? "the model could not be loaded");
            return null;
        }

        _runner = runner;
        _loadProgress = 1;
        IScheduler scheduler = CreateScheduler(runner);
        Volatile.Write(ref _heartbeat, _time.GetTimestamp());
        TryMove(EngineState.Loading, EngineState.Ready);
        _loaded.TrySetResult(null);
        LogReady(_logger, _time.GetElapsedTime(start).TotalSeconds, _options.Parallel, _options.ContextLength);
        return scheduler;
    }

    private IScheduler CreateScheduler(IRunner runner) => runner switch
    {
        IModelRunner model => new Scheduler(model, _options, _time, job => LeaveQueue(job.Places)),
        IEmbeddingRunner embedding => new EmbeddingScheduler(embedding, _options, _time, job => LeaveQueue(job.Places)),
        _ => throw new ArgumentException("no scheduler for this kind of model", nameof(runner)),
    };

    private void RunOnce(IScheduler scheduler)
    {
        Volatile.Write(ref _heartbeat, _time.GetTimestamp());
        TakeQueue(scheduler);
        bool worked = scheduler.Step();
        CountActive(scheduler);
        Volatile.Write(ref _meanServiceSeconds, scheduler.MeanServiceSeconds);
        if (!worked)
        {
            _wake.Wait(scheduler.RunningCount > 0 ? StallWait : IdleWait);
        }
    }

    private void TakeQueue(IScheduler scheduler)
    {
        while (_queue.Reader.TryRead(out EngineJob? job))
        {
            scheduler.Enqueue(job);
            _taken++;
        }
    }

    // Requests that ended since the last call are what was taken and is not alive any more.
    private void CountActive(IScheduler scheduler)
    {
        int alive = scheduler.AliveCount;
        int ended = _taken - alive;
        if (ended > 0)
        {
            _taken = alive;
            Interlocked.Add(ref _active, -ended);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Model ready after {Seconds:F2} s: {Sequences} sequences of {ContextLength} tokens")]
    private static partial void LogReady(ILogger logger, double seconds, int sequences, int contextLength);

    [LoggerMessage(EventId = 2, Level = LogLevel.Critical, Message = "The decode thread has failed; the process ends")]
    private static partial void LogDied(ILogger logger, Exception exception);
}
