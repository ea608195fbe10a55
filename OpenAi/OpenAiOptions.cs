namespace MistralServe.OpenAi;

/// <summary>What the host decides about the REST API. Immutable.</summary>
internal sealed class OpenAiOptions
{
    /// <summary>Whether a request that names another model than the loaded one is refused.</summary>
    public bool StrictModelCheck { get; init; }

    /// <summary>Requests decoded at the same time; shown in /props.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Most answers of the Responses API that are kept; 0 keeps none.</summary>
    public int ResponseStoreCount { get; init; } = 1000;

    /// <summary>Most bytes of kept answers.</summary>
    public long ResponseStoreBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How long an answer is kept.</summary>
    public TimeSpan ResponseLifetime { get; init; } = TimeSpan.FromDays(1);
}
