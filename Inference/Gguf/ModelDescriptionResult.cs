namespace MistralServe.Inference.Gguf;

/// <summary>Either a description or one sentence for the operator that says why there is none; exactly one is set.</summary>
internal readonly record struct ModelDescriptionResult(ModelDescription? Model, string? Problem);
