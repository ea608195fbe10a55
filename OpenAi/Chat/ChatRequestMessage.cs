using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Chat;

/// <summary>One message of a chat request.</summary>
internal sealed record ChatRequestMessage
{
    [JsonPropertyName("role")]
    [Description("developer, system, user, assistant, tool or function.")]
    public required string Role { get; init; }

    [JsonPropertyName("content")]
    [Description("A string, or a non-empty array of parts {\"type\":\"text\",\"text\":\"…\"}.")]
    public JsonElement? Content { get; init; }
}
