using System.Text.Json.Serialization;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Chat;

namespace MistralServe.Mcp.Protocol;

/// <summary>The <c>_meta</c> of a result: the protocol's own key and those of our tools.</summary>
internal sealed record ResultMeta
{
    /// <summary>Who answered; in every result of the modern era, which has no handshake to tell it.</summary>
    [JsonPropertyName("io.modelcontextprotocol/serverInfo")]
    public Implementation? ServerInfo { get; init; }

    /// <summary>Id of the model that generated.</summary>
    [JsonPropertyName("dev.mistralserve/model")]
    public string? Model { get; init; }

    /// <summary>Why the generation ended, in OpenAI's words: <c>stop</c>, <c>length</c> or <c>tool_calls</c>.</summary>
    [JsonPropertyName("dev.mistralserve/finish_reason")]
    public string? FinishReason { get; init; }

    /// <summary>Token counts, as OpenAI's usage object.</summary>
    [JsonPropertyName("dev.mistralserve/usage")]
    public CompletionUsage? Usage { get; init; }

    /// <summary>The calls that the model asks for, of all choices.</summary>
    [JsonPropertyName("dev.mistralserve/tool_calls")]
    public IReadOnlyList<ChatAnswerToolCall>? ToolCalls { get; init; }

    /// <summary>What the model reasoned before it answered.</summary>
    [JsonPropertyName("dev.mistralserve/reasoning_content")]
    public string? Reasoning { get; init; }

    /// <summary>Keywords of the tools' schemas that the answer was not held to, each with field and path.</summary>
    [JsonPropertyName("dev.mistralserve/unenforced_keywords")]
    public IReadOnlyList<string>? UnenforcedKeywords { get; init; }
}
