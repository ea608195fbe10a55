using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Models;

/// <summary>Answer of GET /props: what llama-server says of itself there, as far as it applies. No path of a file is among it.</summary>
internal sealed class ServerProperties
{
    [JsonPropertyName("default_generation_settings")]
    public required DefaultSettings DefaultGenerationSettings { get; init; }

    /// <summary>Requests decoded at the same time.</summary>
    [JsonPropertyName("total_slots")]
    public required int TotalSlots { get; init; }

    [JsonPropertyName("model_alias")]
    public required string ModelAlias { get; init; }

    /// <summary>The model's own template, as it stands in its file; empty when it has none.</summary>
    [JsonPropertyName("chat_template")]
    public required string ChatTemplate { get; init; }

    [JsonPropertyName("modalities")]
    public Modalities Modalities { get; } = new();

    [JsonPropertyName("build_info")]
    public required string BuildInfo { get; init; }
}

/// <summary>Settings of a request that says nothing.</summary>
internal sealed class DefaultSettings
{
    /// <summary>Tokens of one request, prompt and answer together.</summary>
    [JsonPropertyName("n_ctx")]
    public required int ContextLength { get; init; }

    [JsonPropertyName("params")]
    public DefaultParameters Parameters { get; } = new();
}

/// <summary>Defaults of the samplers.</summary>
internal sealed class DefaultParameters
{
    [JsonPropertyName("temperature")]
    public double Temperature { get; } = 1;

    [JsonPropertyName("top_p")]
    public double TopP { get; } = 1;

    [JsonPropertyName("top_k")]
    public int TopK { get; }

    [JsonPropertyName("min_p")]
    public double MinP { get; }

    [JsonPropertyName("n_predict")]
    public int MaxTokens { get; } = -1;
}

/// <summary>What the model takes beside text.</summary>
internal sealed class Modalities
{
    [JsonPropertyName("vision")]
    public bool Vision { get; }

    [JsonPropertyName("audio")]
    public bool Audio { get; }
}
