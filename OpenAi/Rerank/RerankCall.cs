using MistralServe.Inference.Ranking;

namespace MistralServe.OpenAi.Rerank;

/// <summary>A request that may run, and how its answer is written.</summary>
/// <param name="Query">What is asked for.</param>
/// <param name="ReturnDocuments">Whether the answer repeats the documents.</param>
internal sealed record RerankCall(RankQuery Query, bool ReturnDocuments);
