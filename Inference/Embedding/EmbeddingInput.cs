namespace MistralServe.Inference.Embedding;

/// <summary>One thing to embed: text, or tokens that are taken as they are; exactly one of the two is set.</summary>
/// <param name="Text">Text, not empty; the tokens that the model expects around one are added.</param>
/// <param name="Tokens">Token ids, at least one; nothing is added.</param>
internal sealed record EmbeddingInput(string? Text, int[]? Tokens);
