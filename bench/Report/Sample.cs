namespace MistralServe.Bench.Report;

/// <summary>One number.</summary>
/// <param name="Case">Name of the case, e.g. <c>d8</c>.</param>
/// <param name="Metric">What was measured, unit included.</param>
/// <param name="Engine">Who was measured.</param>
/// <param name="Round">Zero-based round: samples of one round are a pair.</param>
/// <param name="Value">The number, in the metric's unit.</param>
internal sealed record Sample(string Case, string Metric, string Engine, int Round, double Value);
