namespace MistralServe.Mcp.Calls;

/// <summary>How often a stream of ours says something. The defaults are the product's; tests take shorter ones. Immutable.</summary>
internal sealed class StreamTimings
{
    /// <summary>What the product uses.</summary>
    public static StreamTimings Default { get; } = new();

    /// <summary>Shortest time between two progress notifications of one call. Ours: below what a reader notices, above a token of a fast model.</summary>
    public TimeSpan Coalesce { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>
    /// Longest time between two progress notifications while a call waits or its counter moves. Ours: far below the
    /// 60 s after which TypeScript clients give up; progress resets that timer, comments do not.
    /// </summary>
    public TimeSpan SignOfLife { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest silence on an event stream. Below the usual idle limits of proxies (30 to 60 s), with room for one lost comment.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a client that reads nothing; then its connection is cut and its call cancelled. Source: the limit of the engine's own readers.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(10);
}
