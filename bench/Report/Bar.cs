namespace MistralServe.Bench.Report;

/// <summary>What must hold.</summary>
/// <param name="Case">Case the numbers come from.</param>
/// <param name="Metric">Metric of that case.</param>
/// <param name="Against">The other engine of the pair; null for a bar on the value itself.</param>
/// <param name="Kind">How to compare.</param>
/// <param name="Limit">The bound; not used for <see cref="BarKind.RatioShown"/>.</param>
/// <param name="Engine">Whose number it is, mistralserve's but for figures that only inform.</param>
internal sealed record Bar(string Case, string Metric, string? Against, BarKind Kind, double Limit, string Engine = Peers.EngineNames.Mistralserve);
