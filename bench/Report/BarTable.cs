using System.Globalization;
using MistralServe.Bench.Cases;
using MistralServe.Bench.Peers;

namespace MistralServe.Bench.Report;

/// <summary>
/// All bars, and how they are judged: by the median over the rounds of the ratio (or difference) within a round. A bar against
/// llama-server is two rows, one for its defaults and one for its best flags: it holds against the better of them when both hold.
/// </summary>
internal static class BarTable
{
    // Megabytes that a server may need beyond the bare loop.
    private const double MemoryLimit = 40;

    private static readonly Bar[] Bars =
    [
        .. AgainstLlama("a", Metrics.FirstToken, BarKind.RatioAtMost, 0.7),
        new("b", Metrics.Decode, EngineNames.BareLoop, BarKind.RatioAtLeast, 0.98),
        .. AgainstLlama("b", Metrics.Decode, BarKind.RatioAtLeast, 1),
        .. AgainstLlama("c", Metrics.Prompt512, BarKind.RatioShown, 0),
        .. AgainstLlama("c", Metrics.Prompt2048, BarKind.RatioShown, 0),
        .. AgainstLlama("d2", Metrics.Total, BarKind.RatioShown, 0),
        .. AgainstLlama("d4", Metrics.Total, BarKind.RatioShown, 0),
        .. AgainstLlama("d8", Metrics.Total, BarKind.RatioAtLeast, 1.1),
        .. AgainstLlama("d16", Metrics.Total, BarKind.RatioShown, 0),
        new("d8", Metrics.Total, EngineNames.BareLoop, BarKind.RatioShown, 0),
        .. AgainstLlama("e", Metrics.MeanFirst, BarKind.RatioAtMost, 0.35),
        .. AgainstLlama("f", Metrics.Turn10, BarKind.RatioAtMost, 1),

        // Text of an answer may tokenise differently from the tokens it came from: a token or two is no computed history.
        new("f", Metrics.Excess, null, BarKind.ValueAtMost, 2),
        new("g", Metrics.SampleTopP1, null, BarKind.ValueAtMost, 0.5),
        new("g", Metrics.SampleTopP95, null, BarKind.ValueAtMost, 0.5),
        .. AgainstLlama("h", Metrics.BurstTime, BarKind.RatioShown, 0),
        .. AgainstLlama("i", Metrics.ModelsRate, BarKind.RatioShown, 0),
        new("j", Metrics.IdleMemory, EngineNames.BareLoop, BarKind.DifferenceAtMost, MemoryLimit),
        new("j", Metrics.BusyMemory, EngineNames.BareLoop, BarKind.DifferenceAtMost, MemoryLimit),
        new("k", Metrics.WorstGap, EngineNames.LlamaDefaults, BarKind.RatioAtMost, 0.2),
        new("k", Metrics.WorstGap, EngineNames.LlamaBest, BarKind.RatioAtMost, 0.5),

        // At least 0.98 × (bare loop ÷ mistral.rs): mistral.rs stands on both sides, so it is the pair with the bare loop.
        new("l", Metrics.Decode, EngineNames.BareLoop, BarKind.RatioAtLeast, 0.98),
        new("l", Metrics.Decode, EngineNames.MistralRs, BarKind.RatioShown, 0),
        new("l", Metrics.Decode, EngineNames.MistralRs, BarKind.RatioShown, 0, EngineNames.BareLoop),
        new("l", Metrics.Prompt512, EngineNames.MistralRs, BarKind.RatioAtLeast, 4),

        // Already a ratio within the round.
        new("m", Metrics.ConstrainedShare, null, BarKind.RatioAtLeast, 0.95),
        new("m", Metrics.ConstrainedShareLarge, null, BarKind.RatioAtLeast, 0.95),
        new("m", Metrics.MaskWorst, null, BarKind.ValueAtMost, 0.5),
        new("m", Metrics.MaskWorstLarge, null, BarKind.ValueAtMost, 0.5),
        new("m", Metrics.MaskMedian, null, BarKind.ValueAtMost, 0.05),
        .. AgainstLlama("m", Metrics.ConstrainedToken, BarKind.RatioShown, 0),
        .. AgainstLlama("m", Metrics.ConstrainedTokenLarge, BarKind.RatioShown, 0),
    ];

    /// <summary>Judges the bars of the cases that were run.</summary>
    public static IEnumerable<BarResult> Judge(IReadOnlyCollection<string> cases, IReadOnlyList<Sample> samples) =>
        Bars.Where(bar => cases.Contains(bar.Case)).Select(bar => Judge(bar, samples));

    private static Bar[] AgainstLlama(string name, string metric, BarKind kind, double limit) =>
        [new(name, metric, EngineNames.LlamaDefaults, kind, limit), new(name, metric, EngineNames.LlamaBest, kind, limit)];

    private static BarResult Judge(Bar bar, IReadOnlyList<Sample> samples)
    {
        List<double> pairs = MakePairs(bar, samples);
        string joint = bar.Kind == BarKind.DifferenceAtMost ? "−" : "÷";
        string text = bar.Against is null ? $"{bar.Metric}: {bar.Engine}" : $"{bar.Metric}: {bar.Engine} {joint} {bar.Against}";
        string limit = bar.Kind == BarKind.RatioShown ? "" : (bar.Kind == BarKind.RatioAtLeast ? "≥ " : "≤ ") + bar.Limit.ToString(CultureInfo.InvariantCulture);
        if (pairs.Count == 0)
        {
            return new BarResult(bar.Case, text, limit, 0, null, null, null, "not measured");
        }

        double median = Statistics.Median(pairs);
        (double low, double high) = Statistics.MedianInterval(pairs);
        string verdict = bar.Kind switch
        {
            BarKind.RatioShown => "",
            BarKind.RatioAtLeast => Describe(median >= bar.Limit, low >= bar.Limit, high >= bar.Limit),
            _ => Describe(median <= bar.Limit, low <= bar.Limit, high <= bar.Limit),
        };
        return new BarResult(bar.Case, text, limit, pairs.Count, median, low, high, verdict);
    }

    // The median decides; an interval with the bar inside it says that more rounds could decide otherwise.
    private static string Describe(bool held, bool lowHeld, bool highHeld) =>
        (held ? "held" : "missed") + (lowHeld == highHeld ? "" : ", interval crosses the bar");

    private static List<double> MakePairs(Bar bar, IReadOnlyList<Sample> samples)
    {
        var pairs = new List<double>();
        foreach (Sample own in samples.Where(sample => sample.Case == bar.Case && sample.Metric == bar.Metric && sample.Engine == bar.Engine))
        {
            if (bar.Against is null)
            {
                pairs.Add(own.Value);
                continue;
            }

            Sample? other = samples.FirstOrDefault(sample =>
                sample.Case == own.Case && sample.Metric == own.Metric && sample.Round == own.Round && sample.Engine == bar.Against);
            if (other is not null)
            {
                pairs.Add(bar.Kind == BarKind.DifferenceAtMost ? own.Value - other.Value : own.Value / other.Value);
            }
        }

        return pairs;
    }
}
