namespace MistralServe.Inference.Embedding;

/// <summary>The embeddings of a query.</summary>
/// <param name="Vectors">One for each input, in their order, of length 1 (L2).</param>
/// <param name="PromptTokens">Tokens of all inputs.</param>
internal sealed record EmbeddingAnswer(IReadOnlyList<float[]> Vectors, int PromptTokens);

/// <summary>Either the embeddings or the reason why there are none.</summary>
internal sealed record EmbeddingOutcome(EmbeddingAnswer? Answer, EngineFailure? Failure);
