using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Models;

/// <summary>Answer of GET /v1/models.</summary>
internal sealed class ModelList
{
    [JsonPropertyName("object")]
    public string Object { get; } = "list";

    [JsonPropertyName("data")]
    public required IReadOnlyList<ModelObject> Data { get; init; }
}
