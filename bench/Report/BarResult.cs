namespace MistralServe.Bench.Report;

/// <summary>A bar with its measurement.</summary>
/// <param name="Case">Case the numbers come from.</param>
/// <param name="Text">What was compared.</param>
/// <param name="Limit">The bound as text; empty for figures that only inform.</param>
/// <param name="Pairs">Rounds in which both engines gave a number.</param>
/// <param name="Median">Median of the pair values; null without pairs.</param>
/// <param name="Low">Lower end of the median's 90 % interval.</param>
/// <param name="High">Upper end of the median's 90 % interval.</param>
/// <param name="Verdict"><c>held</c> or <c>missed</c> (with a remark when the interval crosses the bar), <c>not measured</c>, or empty for figures that only inform.</param>
internal sealed record BarResult(string Case, string Text, string Limit, int Pairs, double? Median, double? Low, double? High, string Verdict);
