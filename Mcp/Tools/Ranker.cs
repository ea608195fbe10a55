using MistralServe.Inference.Ranking;

namespace MistralServe.Mcp.Tools;

/// <summary>The one thing that <see cref="RerankTool"/> needs of <see cref="RankService"/>: its <see cref="RankService.ComputeAsync"/>.</summary>
internal delegate ValueTask<RankOutcome> Ranker(RankQuery query, CancellationToken cancellationToken);
