namespace MistralServe.Inference.Engine;

/// <summary>What an embedding engine is asked for. Already validated against the model. Immutable.</summary>
/// <param name="Inputs">At least one; each has 1 to context length tokens, all inside the vocabulary.</param>
internal sealed record EmbeddingRequest(IReadOnlyList<int[]> Inputs);
