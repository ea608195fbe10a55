using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Chat;

/// <summary>Answer of POST /apply-template.</summary>
internal sealed class AppliedTemplate
{
    [JsonPropertyName("prompt")]
    public required string Prompt { get; init; }
}
