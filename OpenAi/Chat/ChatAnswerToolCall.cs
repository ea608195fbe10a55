using System.Text.Json.Serialization;
using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Chat;

/// <summary>A call that the model asks its client to make.</summary>
internal sealed class ChatAnswerToolCall
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("type")]
    public string Type { get; } = "function";

    [JsonPropertyName("function")]
    public required ChatAnswerFunction Function { get; init; }

    /// <summary>The wire form of calls.</summary>
    public static IReadOnlyList<ChatAnswerToolCall> From(IEnumerable<ChatToolCall> calls) =>
        [.. calls.Select(call => new ChatAnswerToolCall { Id = call.Id, Function = ChatAnswerFunction.From(call) })];
}

/// <summary>Which function a call is of.</summary>
internal sealed class ChatAnswerFunction
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>JSON text, if the model wrote it well.</summary>
    [JsonPropertyName("arguments")]
    public required string Arguments { get; init; }

    /// <summary>The wire form of a call.</summary>
    public static ChatAnswerFunction From(ChatToolCall call) => new() { Name = call.Name, Arguments = call.Arguments };
}
