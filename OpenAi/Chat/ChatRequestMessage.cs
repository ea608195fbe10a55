using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Chat;

/// <summary>One message of a chat request.</summary>
internal sealed class ChatRequestMessage
{
    [JsonPropertyName("role")]
    [Description("developer, system, user, assistant, tool or function.")]
    public required string Role { get; init; }

    [JsonPropertyName("content")]
    [Description("A string, or a non-empty array of parts {\"type\":\"text\",\"text\":\"…\"}. An assistant's message with calls needs none.")]
    public JsonElement? Content { get; init; }

    [JsonPropertyName("tool_calls")]
    [Description("Calls that an assistant's message made.")]
    public IReadOnlyList<ChatRequestToolCall>? ToolCalls { get; init; }

    [JsonPropertyName("function_call")]
    [Description("Deprecated form of tool_calls: the one call that an assistant's message made.")]
    public ChatRequestFunction? FunctionCall { get; init; }

    [JsonPropertyName("tool_call_id")]
    [Description("Id of the call that a tool's message answers.")]
    public string? ToolCallId { get; init; }

    [JsonPropertyName("name")]
    [Description("Name of the participant; of the function that a function's message answers.")]
    public string? Name { get; init; }

    [JsonPropertyName("reasoning_content")]
    [Description("What an assistant's message reasoned before it answered; 'reasoning' is another name of it.")]
    public string? Reasoning { get; init; }

    [JsonPropertyName("refusal")]
    [Description("What an assistant's message said instead of its content.")]
    public string? Refusal { get; init; }
}

/// <summary>A call that the model once made.</summary>
internal sealed class ChatRequestToolCall
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("type")]
    [Description("\"function\".")]
    public string? Type { get; init; }

    [JsonPropertyName("function")]
    public required ChatRequestFunction Function { get; init; }
}

/// <summary>Name and arguments of a call.</summary>
internal sealed class ChatRequestFunction
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("arguments")]
    [Description("As the model wrote them; need not be valid JSON.")]
    public required string Arguments { get; init; }
}
