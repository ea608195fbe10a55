namespace MistralServe.Inference.Engine;

/// <summary>Control tokens of a model that fills in the text between a prefix and a suffix.</summary>
/// <param name="Prefix">Before the prefix.</param>
/// <param name="Suffix">Before the suffix.</param>
/// <param name="Middle">Behind the suffix: the model goes on with what lies between.</param>
internal sealed record FillInMiddleTokens(int Prefix, int Suffix, int Middle);
