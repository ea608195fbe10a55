namespace MistralServe.Inference.Ranking;

/// <summary>A document's place in the answer.</summary>
/// <param name="Index">Its place in the request.</param>
/// <param name="Score">The model's own number, finite, of no fixed range: larger is more relevant.</param>
internal sealed record RankedDocument(int Index, float Score);

/// <summary>The ranking of a query.</summary>
/// <param name="Documents">The best documents, best first; equal ones in the order of the request.</param>
/// <param name="PromptTokens">Tokens of all pairs, the query counted in each.</param>
internal sealed record RankAnswer(IReadOnlyList<RankedDocument> Documents, int PromptTokens);

/// <summary>Either the ranking or the reason why there is none.</summary>
internal sealed record RankOutcome(RankAnswer? Answer, EngineFailure? Failure);
