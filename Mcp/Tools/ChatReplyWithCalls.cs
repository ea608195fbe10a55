using System.Text.Json.Serialization;
using MistralServe.OpenAi.Chat;

namespace MistralServe.Mcp.Tools;

/// <summary>The text of a reply with calls, in the form of OpenAI's message.</summary>
internal sealed class ChatReplyWithCalls
{
    [JsonPropertyName("content")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Content { get; init; }

    [JsonPropertyName("tool_calls")]
    public required IReadOnlyList<ChatAnswerToolCall> ToolCalls { get; init; }
}
