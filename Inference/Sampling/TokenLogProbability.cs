namespace MistralServe.Inference.Sampling;

/// <summary>A token and the natural logarithm of its probability.</summary>
/// <param name="Token">Token id.</param>
/// <param name="LogProbability">0 or below; minus infinity for probability 0.</param>
internal readonly record struct TokenLogProbability(int Token, float LogProbability);
