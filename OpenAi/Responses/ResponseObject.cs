using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Responses;

/// <summary>
/// An answer of the Responses API: every key is written, with the value in force. Immutable; each state of a response is one of these.
/// </summary>
internal sealed record ResponseObject
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("object")]
    public string Object { get; } = "response";

    /// <summary>Unix seconds.</summary>
    [JsonPropertyName("created_at")]
    public required long CreatedAt { get; init; }

    /// <summary>Unix seconds; null unless the status is <c>completed</c>.</summary>
    [JsonPropertyName("completed_at")]
    public long? CompletedAt { get; init; }

    /// <summary>One of <see cref="ResponseStatus"/>.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    [JsonPropertyName("background")]
    public required bool Background { get; init; }

    [JsonPropertyName("error")]
    public ResponseError? Error { get; init; }

    [JsonPropertyName("incomplete_details")]
    public IncompleteDetails? IncompleteDetails { get; init; }

    [JsonPropertyName("instructions")]
    public required string? Instructions { get; init; }

    [JsonPropertyName("max_output_tokens")]
    public required int? MaxOutputTokens { get; init; }

    [JsonPropertyName("max_tool_calls")]
    public required int? MaxToolCalls { get; init; }

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("output")]
    public IReadOnlyList<ResponseItem> Output { get; init; } = [];

    [JsonPropertyName("parallel_tool_calls")]
    public required bool ParallelToolCalls { get; init; }

    [JsonPropertyName("previous_response_id")]
    public required string? PreviousResponseId { get; init; }

    [JsonPropertyName("prompt_cache_key")]
    public required string? PromptCacheKey { get; init; }

    [JsonPropertyName("reasoning")]
    public required ResponseReasoning Reasoning { get; init; }

    [JsonPropertyName("safety_identifier")]
    public required string? SafetyIdentifier { get; init; }

    [JsonPropertyName("service_tier")]
    public string ServiceTier { get; } = "default";

    [JsonPropertyName("store")]
    public required bool Store { get; init; }

    [JsonPropertyName("temperature")]
    public required double Temperature { get; init; }

    [JsonPropertyName("text")]
    public required ResponseText Text { get; init; }

    /// <summary>A mode, or an object that names tools.</summary>
    [JsonPropertyName("tool_choice")]
    public required JsonElement ToolChoice { get; init; }

    [JsonPropertyName("tools")]
    public required IReadOnlyList<ResponseTool> Tools { get; init; }

    [JsonPropertyName("top_logprobs")]
    public required int TopLogProbabilities { get; init; }

    [JsonPropertyName("top_p")]
    public required double TopP { get; init; }

    [JsonPropertyName("presence_penalty")]
    public required double PresencePenalty { get; init; }

    [JsonPropertyName("frequency_penalty")]
    public required double FrequencyPenalty { get; init; }

    /// <summary><c>disabled</c>, a conversation that is too long is an error; or <c>auto</c>, its oldest turns go.</summary>
    [JsonPropertyName("truncation")]
    public required string Truncation { get; init; }

    [JsonPropertyName("usage")]
    public required ResponseUsage Usage { get; init; }

    [JsonPropertyName("user")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? User { get; init; }

    [JsonPropertyName("metadata")]
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
}

/// <summary>Words of <see cref="ResponseObject.Status"/>.</summary>
internal static class ResponseStatus
{
    public const string Queued = "queued";
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Incomplete = "incomplete";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}

/// <summary>Why a response failed.</summary>
internal sealed class ResponseError
{
    /// <summary>One of the words that OpenAI publishes for this place, so not the code of an error answer.</summary>
    [JsonPropertyName("code")]
    public required string Code { get; init; }

    [JsonPropertyName("message")]
    public required string Message { get; init; }
}

/// <summary>Why a response is not whole.</summary>
internal sealed class IncompleteDetails
{
    [JsonPropertyName("reason")]
    public required string Reason { get; init; }
}

/// <summary>How much the model was to reason.</summary>
internal sealed class ResponseReasoning
{
    [JsonPropertyName("effort")]
    public required string? Effort { get; init; }

    /// <summary>Always null: no summary is made.</summary>
    [JsonPropertyName("summary")]
    public string? Summary { get; init; }
}

/// <summary>What the text is to look like.</summary>
internal sealed class ResponseText
{
    [JsonPropertyName("format")]
    public required ResponseTextFormat Format { get; init; }

    [JsonPropertyName("verbosity")]
    public required string Verbosity { get; init; }
}

/// <summary>The language of the text; all but the type only with a schema.</summary>
internal sealed class ResponseTextFormat
{
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonPropertyName("description")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    [JsonPropertyName("schema")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Schema { get; init; }

    [JsonPropertyName("strict")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Strict { get; init; }
}

/// <summary>A function that the model may call.</summary>
internal sealed class ResponseTool
{
    [JsonPropertyName("type")]
    public string Type { get; } = "function";

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("description")]
    public required string? Description { get; init; }

    /// <summary>JSON Schema of the arguments.</summary>
    [JsonPropertyName("parameters")]
    public required JsonElement? Parameters { get; init; }

    [JsonPropertyName("strict")]
    public required bool Strict { get; init; }
}

/// <summary>Token counts of a response.</summary>
internal sealed class ResponseUsage
{
    [JsonPropertyName("input_tokens")]
    public required int InputTokens { get; init; }

    [JsonPropertyName("input_tokens_details")]
    public required InputTokensDetails InputTokensDetails { get; init; }

    [JsonPropertyName("output_tokens")]
    public required int OutputTokens { get; init; }

    [JsonPropertyName("output_tokens_details")]
    public required OutputTokensDetails OutputTokensDetails { get; init; }

    [JsonPropertyName("total_tokens")]
    public required int TotalTokens { get; init; }

    /// <summary>The wire form of the engine's counts.</summary>
    /// <param name="usage">Counts of the request.</param>
    /// <param name="reasoningTokens">Part of the completion that was reasoning.</param>
    public static ResponseUsage From(TokenUsage usage, int reasoningTokens) => new()
    {
        InputTokens = usage.PromptTokens,
        InputTokensDetails = new InputTokensDetails { CachedTokens = usage.CachedTokens },
        OutputTokens = usage.CompletionTokens,
        OutputTokensDetails = new OutputTokensDetails { ReasoningTokens = reasoningTokens },
        TotalTokens = usage.TotalTokens,
    };
}

/// <summary>Parts of the input's tokens.</summary>
internal sealed class InputTokensDetails
{
    [JsonPropertyName("cached_tokens")]
    public required int CachedTokens { get; init; }

    /// <summary>Always 0: what is written to the prefix cache is not charged for. The key is required.</summary>
    [JsonPropertyName("cache_write_tokens")]
    public int CacheWriteTokens { get; init; }
}

/// <summary>Parts of the output's tokens.</summary>
internal sealed class OutputTokensDetails
{
    [JsonPropertyName("reasoning_tokens")]
    public required int ReasoningTokens { get; init; }
}
