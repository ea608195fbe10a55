using System.Text.Json.Serialization;
using MistralServe.Inference;

namespace MistralServe.OpenAi.Models;

/// <summary>The loaded model as GET /v1/models describes it.</summary>
internal sealed class ModelObject
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("object")]
    public string Object { get; } = "model";

    [JsonPropertyName("created")]
    public required long Created { get; init; }

    [JsonPropertyName("owned_by")]
    public string OwnedBy { get; } = "mistralserve";

    /// <summary>Tokens of one request, prompt and answer together; the name is vLLM's, agents read it.</summary>
    [JsonPropertyName("max_model_len")]
    public required int MaxModelLength { get; init; }

    [JsonPropertyName("meta")]
    public required ModelMetadata Metadata { get; init; }

    /// <summary>Describes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="contextLength">Tokens of one request.</param>
    public static ModelObject From(ModelDescription model, int contextLength) => new()
    {
        Id = model.Id,
        Created = model.Created.ToUnixTimeSeconds(),
        MaxModelLength = contextLength,
        Metadata = new ModelMetadata
        {
            ContextLength = contextLength,
            TrainingContextLength = model.TrainingContextLength,
            ParameterCount = model.ParameterCount,
            SizeBytes = model.SizeBytes,
            Quantization = model.Quantization,
            Capabilities = ModelCapabilityNames.Of(model.Capabilities),
        },
    };
}

/// <summary>Facts from the model file's header, under llama-server's names.</summary>
internal sealed class ModelMetadata
{
    [JsonPropertyName("n_ctx")]
    public required int ContextLength { get; init; }

    [JsonPropertyName("n_ctx_train")]
    public required int TrainingContextLength { get; init; }

    [JsonPropertyName("n_params")]
    public required long ParameterCount { get; init; }

    [JsonPropertyName("size")]
    public required long SizeBytes { get; init; }

    [JsonPropertyName("quantization")]
    public required string? Quantization { get; init; }

    /// <summary>What the model can be asked to do, by the names that the tool <c>model_info</c> has: chat and completions, embeddings, or rerank.</summary>
    [JsonPropertyName("capabilities")]
    public required IReadOnlyList<string> Capabilities { get; init; }
}
