namespace MistralServe.Inference.Gguf;

/// <summary>Either a header or the reason why there is none; exactly one is set.</summary>
internal readonly record struct GgufReadResult(GgufHeader? Header, GgufProblem? Problem);
