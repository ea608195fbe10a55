using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Chat;

/// <summary>Answer of POST /v1/chat/completions without streaming.</summary>
internal sealed record ChatCompletion
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

    /// <summary>The wire form of an answer whose choices are all whole.</summary>
    public static ChatCompletion From(AnswerIdentity identity, CollectedAnswer answer) => new()
    {
        Id = identity.Id,
        Created = identity.Created,
        Model = identity.Model,
        SystemFingerprint = identity.SystemFingerprint,
        Choices = [.. answer.Choices.Select((choice, index) => new ChatChoice
        {
            Index = index,
            Message = new ChatChoiceMessage { Content = choice.Text },
            FinishReason = AnswerEnd.From(choice.FinishReason).WireReason!,
        })],
        Usage = CompletionUsage.From(answer.Usage),
    };
}

/// <summary>One answer of a <see cref="ChatCompletion"/>.</summary>
internal sealed record ChatChoice
{
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    [JsonPropertyName("message")]
    public required ChatChoiceMessage Message { get; init; }

    /// <summary>Always null: the schema requires the key, and requests for the value are refused.</summary>
    [JsonPropertyName("logprobs")]
    public JsonElement? LogProbabilities { get; init; }

    [JsonPropertyName("finish_reason")]
    public required string FinishReason { get; init; }
}

/// <summary>The message of a <see cref="ChatChoice"/>.</summary>
internal sealed record ChatChoiceMessage
{
    [JsonPropertyName("role")]
    public string Role { get; } = "assistant";

    [JsonPropertyName("content")]
    public required string Content { get; init; }

    /// <summary>Always null; the key is required, and a missing one has broken a client.</summary>
    [JsonPropertyName("refusal")]
    public string? Refusal { get; init; }
}
