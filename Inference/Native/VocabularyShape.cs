namespace MistralServe.Inference.Native;

/// <summary>What the weights of a model need to know of its vocabulary.</summary>
/// <param name="Architecture">The model's architecture, as in its metadata.</param>
/// <param name="TokenCount">Tokens of the vocabulary.</param>
internal sealed record VocabularyShape(string Architecture, int TokenCount);
