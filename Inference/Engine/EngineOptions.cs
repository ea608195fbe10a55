namespace MistralServe.Inference.Engine;

/// <summary>Limits of the engine. Defaults are those of the option table.</summary>
internal sealed record EngineOptions
{
    /// <summary>Requests decoded together.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Sequences beyond those that run together: room for cached prefixes while all are busy.</summary>
    public int CacheStreams { get; init; }

    /// <summary>Most tokens guessed at a time by lookup; 0 turns speculation off.</summary>
    public int MaxDraftTokens { get; init; }

    /// <summary>Tokens of one request, prompt and answer together.</summary>
    public int ContextLength { get; init; } = 4096;

    /// <summary>Requests that may wait; one more is refused at once.</summary>
    public int QueueLimit { get; init; } = 64;

    /// <summary>Answers of one key that may wait or run at a time; one more is refused at once.</summary>
    public int ShareLimit { get; init; } = int.MaxValue;

    /// <summary>Longest wait in the queue, the wait for a loading model included.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest life of a request, from its arrival.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a reader may leave a full buffer unread before its request is dropped.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Events buffered for one reader before its sequence is paused; about as many tokens.</summary>
    public int EventBuffer { get; init; } = 256;
}
