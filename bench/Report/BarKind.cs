namespace MistralServe.Bench.Report;

/// <summary>How a bar compares.</summary>
internal enum BarKind
{
    /// <summary>The pair ratio is at least the limit.</summary>
    RatioAtLeast,

    /// <summary>The pair ratio is at most the limit.</summary>
    RatioAtMost,

    /// <summary>The pair difference is at most the limit.</summary>
    DifferenceAtMost,

    /// <summary>The value itself is at most the limit.</summary>
    ValueAtMost,

    /// <summary>The pair ratio, shown without a limit.</summary>
    RatioShown,
}
