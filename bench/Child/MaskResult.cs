namespace MistralServe.Bench.Child;

/// <summary>Time of the mask before a token, single thread.</summary>
internal sealed record MaskResult
{
    /// <summary>Median in milliseconds.</summary>
    public required double MedianMilliseconds { get; init; }

    /// <summary>99th percentile in milliseconds.</summary>
    public required double WorstMilliseconds { get; init; }
}
