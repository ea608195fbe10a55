using System.Text.Json.Serialization;
using MistralServe.Inference;

namespace MistralServe.Mcp.Tools;

/// <summary>Structured content of <c>model_info</c>. Its output schema is in <see cref="ModelInfoTool"/>.</summary>
internal sealed class ModelInfo
{
    /// <summary>Name under which the model is served.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Name that the file gives itself; null when it gives none.</summary>
    [JsonPropertyName("name")]
    public required string? Name { get; init; }

    /// <summary>Architecture, for example <c>llama</c>.</summary>
    [JsonPropertyName("architecture")]
    public required string Architecture { get; init; }

    /// <summary>Most common tensor type by bytes; null when unknown.</summary>
    [JsonPropertyName("quantization")]
    public required string? Quantization { get; init; }

    /// <summary>Number of weights.</summary>
    [JsonPropertyName("parameter_count")]
    public required long ParameterCount { get; init; }

    /// <summary>Size of the file, bytes.</summary>
    [JsonPropertyName("size_bytes")]
    public required long SizeBytes { get; init; }

    /// <summary>Tokens of one request, prompt and answer together.</summary>
    [JsonPropertyName("context_length")]
    public required int ContextLength { get; init; }

    /// <summary>Context length of the training, tokens; 0 when the file does not say.</summary>
    [JsonPropertyName("training_context_length")]
    public required int TrainingContextLength { get; init; }

    /// <summary>Tokens of the vocabulary; 0 when the file has none.</summary>
    [JsonPropertyName("vocabulary_size")]
    public required int VocabularySize { get; init; }

    /// <summary>Width of the hidden state.</summary>
    [JsonPropertyName("embedding_length")]
    public required int EmbeddingLength { get; init; }

    /// <summary>What the model can be asked to do: names of <see cref="ModelCapabilityNames"/>.</summary>
    [JsonPropertyName("capabilities")]
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>True for the demo model that ships with the product.</summary>
    [JsonPropertyName("demo")]
    public required bool Demo { get; init; }

    /// <summary>The wire form of a description. The path of the file stays here.</summary>
    public static ModelInfo From(ModelDescription model, int contextLength) => new()
    {
        Id = model.Id,
        Name = model.Name,
        Architecture = model.Architecture,
        Quantization = model.Quantization,
        ParameterCount = model.ParameterCount,
        SizeBytes = model.SizeBytes,
        ContextLength = contextLength,
        TrainingContextLength = model.TrainingContextLength,
        VocabularySize = model.VocabularySize,
        EmbeddingLength = model.EmbeddingLength,
        Capabilities = ModelCapabilityNames.Of(model.Capabilities),
        Demo = model.IsDemo,
    };
}
