using MistralServe.Inference.Embedding;

namespace MistralServe.Mcp.Tools;

/// <summary>The one thing that <see cref="EmbedTool"/> needs of <see cref="EmbeddingService"/>: its <see cref="EmbeddingService.ComputeAsync"/>.</summary>
internal delegate ValueTask<EmbeddingOutcome> Embedder(EmbeddingQuery query, CancellationToken cancellationToken);
