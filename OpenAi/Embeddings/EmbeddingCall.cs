using MistralServe.Inference.Embedding;

namespace MistralServe.OpenAi.Embeddings;

/// <summary>A request that may run, and how its answer is written.</summary>
/// <param name="Query">What is asked for.</param>
/// <param name="AsBase64">Whether vectors are written as base64 and not as arrays of numbers.</param>
internal sealed record EmbeddingCall(EmbeddingQuery Query, bool AsBase64);
