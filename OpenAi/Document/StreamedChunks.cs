using System.Text.Json.Serialization;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Document;

/// <summary>
/// A chunk of a streamed chat answer as the document shows it. Chunks are written field by field, one for every token; a test holds them against
/// this.
/// </summary>
internal sealed class ChatCompletionChunk : StreamedChunk
{
    [JsonPropertyName("choices")]
    public required IReadOnlyList<ChatChunkChoice> Choices { get; init; }
}

/// <summary>A chunk of a streamed text completion.</summary>
internal sealed class TextCompletionChunk : StreamedChunk
{
    [JsonPropertyName("choices")]
    public required IReadOnlyList<TextChunkChoice> Choices { get; init; }
}

/// <summary>What chunks of both kinds have.</summary>
internal abstract class StreamedChunk
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("object")]
    public required string Object { get; init; }

    [JsonPropertyName("created")]
    public required long Created { get; init; }

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("system_fingerprint")]
    public required string SystemFingerprint { get; init; }

    [JsonPropertyName("service_tier")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ServiceTier { get; init; }

    [JsonPropertyName("usage")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CompletionUsage? Usage { get; init; }

    [JsonPropertyName("timings")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AnswerTimings? Timings { get; init; }

    [JsonPropertyName("prompt_progress")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PromptProgress? PromptProgress { get; init; }
}

/// <summary>How much of a prompt is computed.</summary>
internal sealed class PromptProgress
{
    [JsonPropertyName("total")]
    public required int Total { get; init; }

    [JsonPropertyName("cache")]
    public required int Cache { get; init; }

    [JsonPropertyName("processed")]
    public required int Processed { get; init; }

    [JsonPropertyName("time_ms")]
    public required long TimeMilliseconds { get; init; }
}

/// <summary>What a chat choice gains.</summary>
internal sealed class ChatChunkChoice
{
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    [JsonPropertyName("delta")]
    public required ChatDelta Delta { get; init; }

    [JsonPropertyName("logprobs")]
    public required ChatLogProbabilities? LogProbabilities { get; init; }

    [JsonPropertyName("tokens")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Tokens { get; init; }

    [JsonPropertyName("finish_reason")]
    public required string? FinishReason { get; init; }
}

/// <summary>A piece of a message.</summary>
internal sealed class ChatDelta
{
    [JsonPropertyName("role")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonPropertyName("content")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }

    [JsonPropertyName("refusal")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Refusal { get; init; }

    [JsonPropertyName("reasoning_content")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReasoningContent { get; init; }

    [JsonPropertyName("tool_calls")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ToolCallDelta>? ToolCalls { get; init; }
}

/// <summary>A piece of a call: id, type and name come once.</summary>
internal sealed class ToolCallDelta
{
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    [JsonPropertyName("id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    [JsonPropertyName("type")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    [JsonPropertyName("function")]
    public required FunctionDelta Function { get; init; }
}

/// <summary>A piece of what is called.</summary>
internal sealed class FunctionDelta
{
    [JsonPropertyName("name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonPropertyName("arguments")]
    public required string Arguments { get; init; }
}

/// <summary>What a text choice gains.</summary>
internal sealed class TextChunkChoice
{
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    [JsonPropertyName("text")]
    public required string Text { get; init; }

    [JsonPropertyName("logprobs")]
    public required TextLogProbabilities? LogProbabilities { get; init; }

    [JsonPropertyName("tokens")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Tokens { get; init; }

    [JsonPropertyName("finish_reason")]
    public required string? FinishReason { get; init; }
}
