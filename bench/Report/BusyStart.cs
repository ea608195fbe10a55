namespace MistralServe.Bench.Report;

/// <summary>Others were at work just before an engine was started.</summary>
/// <param name="Case">Name of the case.</param>
/// <param name="Round">Zero-based round.</param>
/// <param name="Engine">The engine that was started then.</param>
/// <param name="Share">Busy share of all processors, 0..1.</param>
internal sealed record BusyStart(string Case, int Round, string Engine, double Share);
