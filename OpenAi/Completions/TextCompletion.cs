using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Completions;

/// <summary>Answer of POST /v1/completions without streaming.</summary>
internal sealed record TextCompletion
{
    /// <summary>Value of <c>object</c>, the same for the answer and its chunks.</summary>
    public const string ObjectName = "text_completion";

    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("object")]
    public string Object { get; } = ObjectName;

    [JsonPropertyName("created")]
    public required long Created { get; init; }

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("choices")]
    public required IReadOnlyList<TextChoice> Choices { get; init; }

    [JsonPropertyName("usage")]
    public required CompletionUsage Usage { get; init; }

    [JsonPropertyName("system_fingerprint")]
    public required string SystemFingerprint { get; init; }

    /// <summary>The wire form of an answer whose choices are all whole.</summary>
    /// <param name="identity">What the answer has besides its choices.</param>
    /// <param name="choices">The choices to send, in their order.</param>
    /// <param name="usage">Counts of all choices, also of those that are not sent.</param>
    public static TextCompletion From(AnswerIdentity identity, IEnumerable<CollectedChoice> choices, TokenUsage usage) => new()
    {
        Id = identity.Id,
        Created = identity.Created,
        Model = identity.Model,
        SystemFingerprint = identity.SystemFingerprint,
        Choices = [.. choices.Select((choice, index) => new TextChoice
        {
            Index = index,
            Text = choice.Text,
            FinishReason = AnswerEnd.From(choice.FinishReason).WireReason!,
        })],
        Usage = CompletionUsage.From(usage),
    };
}

/// <summary>One answer of a <see cref="TextCompletion"/>.</summary>
internal sealed record TextChoice
{
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Always null: the schema requires the key, and requests for the value are refused.</summary>
    [JsonPropertyName("logprobs")]
    public JsonElement? LogProbabilities { get; init; }

    [JsonPropertyName("finish_reason")]
    public required string FinishReason { get; init; }
}
