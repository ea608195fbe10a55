using System.Text.Json.Serialization;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Chat;

/// <summary>Answer of POST /v1/chat/completions without streaming.</summary>
internal sealed class ChatCompletion
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("object")]
    public string Object { get; } = "chat.completion";

    [JsonPropertyName("created")]
    public required long Created { get; init; }

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("choices")]
    public required IReadOnlyList<ChatChoice> Choices { get; init; }

    [JsonPropertyName("usage")]
    public required CompletionUsage Usage { get; init; }

    [JsonPropertyName("system_fingerprint")]
    public required string SystemFingerprint { get; init; }

    /// <summary>Told when the request named one.</summary>
    [JsonPropertyName("service_tier")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ServiceTier { get; init; }

    [JsonPropertyName("timings")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AnswerTimings? Timings { get; init; }

    /// <summary>The wire form of an answer whose choices are all whole.</summary>
    /// <param name="identity">What the answer has besides its choices.</param>
    /// <param name="answer">The choices.</param>
    /// <param name="extras">What else it tells.</param>
    /// <param name="vocabulary">The model's.</param>
    /// <param name="form">How parts are written.</param>
    public static ChatCompletion From(AnswerIdentity identity, CollectedAnswer answer, AnswerExtras extras, IVocabulary vocabulary, ChatAnswerForm form) => new()
    {
        Id = identity.Id,
        Created = identity.Created,
        Model = identity.Model,
        SystemFingerprint = identity.SystemFingerprint,
        Choices = [.. answer.Choices.Select((choice, index) => new ChatChoice
        {
            Index = index,
            Message = ChatChoiceMessage.From(choice, form),
            LogProbabilities = extras.LogProbabilities ? ChatLogProbabilities.From(choice.Tokens, vocabulary) : null,
            Tokens = extras.TokenIds ? [.. choice.Tokens.Select(report => report.Token.Token)] : null,
            FinishReason = form.ToFinishReason(AnswerEnd.From(choice.FinishReason).WireReason!, choice.ToolCalls.Count),
        })],
        Usage = CompletionUsage.From(answer.Usage, answer.ReasoningTokens),
        ServiceTier = extras.ServiceTier ? "default" : null,
        Timings = extras.Timings ? AnswerTimings.From(answer) : null,
    };
}

/// <summary>One answer of a <see cref="ChatCompletion"/>.</summary>
internal sealed class ChatChoice
{
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    [JsonPropertyName("message")]
    public required ChatChoiceMessage Message { get; init; }

    /// <summary>Null when they were not asked for; the schema requires the key.</summary>
    [JsonPropertyName("logprobs")]
    public ChatLogProbabilities? LogProbabilities { get; init; }

    /// <summary>Ids of the answer's tokens, where they were asked for.</summary>
    [JsonPropertyName("tokens")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Tokens { get; init; }

    [JsonPropertyName("finish_reason")]
    public required string FinishReason { get; init; }
}

/// <summary>The message of a <see cref="ChatChoice"/>.</summary>
internal sealed class ChatChoiceMessage
{
    [JsonPropertyName("role")]
    public string Role { get; } = "assistant";

    /// <summary>Null when the message has calls only.</summary>
    [JsonPropertyName("content")]
    public required string? Content { get; init; }

    /// <summary>Always null; the key is required, and a missing one has broken a client.</summary>
    [JsonPropertyName("refusal")]
    public string? Refusal { get; init; }

    /// <summary>What the model reasoned before; DeepSeek's and llama-server's name for it.</summary>
    [JsonPropertyName("reasoning_content")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reasoning { get; init; }

    [JsonPropertyName("tool_calls")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ChatAnswerToolCall>? ToolCalls { get; init; }

    /// <summary>The deprecated form of a call, for requests with functions.</summary>
    [JsonPropertyName("function_call")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatAnswerFunction? FunctionCall { get; init; }

    /// <summary>The wire form of a choice.</summary>
    public static ChatChoiceMessage From(CollectedChoice choice, ChatAnswerForm form)
    {
        bool hasCalls = choice.ToolCalls.Count > 0;
        return new ChatChoiceMessage
        {
            Content = hasCalls && choice.Text.Length == 0 ? null : choice.Text,
            Reasoning = form.ShowsReasoning ? choice.Reasoning : null,
            ToolCalls = hasCalls && !form.IsFunctionCall ? ChatAnswerToolCall.From(choice.ToolCalls) : null,
            FunctionCall = hasCalls && form.IsFunctionCall ? ChatAnswerFunction.From(choice.ToolCalls[0]) : null,
        };
    }
}
