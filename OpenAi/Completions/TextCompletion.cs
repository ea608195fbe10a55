using System.Text.Json.Serialization;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Completions;

/// <summary>Answer of POST /v1/completions without streaming.</summary>
internal sealed class TextCompletion
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

    [JsonPropertyName("timings")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AnswerTimings? Timings { get; init; }

    /// <summary>The wire form of an answer whose choices are all whole.</summary>
    /// <param name="identity">What the answer has besides its choices.</param>
    /// <param name="plan">Which choices to send, and what of them.</param>
    /// <param name="answer">All choices; also those that are not sent count in the usage.</param>
    /// <param name="vocabulary">The model's.</param>
    public static TextCompletion From(AnswerIdentity identity, CompletionPlan plan, CollectedAnswer answer, IVocabulary vocabulary) => new()
    {
        Id = identity.Id,
        Created = identity.Created,
        Model = identity.Model,
        SystemFingerprint = identity.SystemFingerprint,
        Choices = [.. plan.Select(answer.Choices).Select((item, index) => ToWire(index, item.Prompt, item.Choice, plan, answer, vocabulary))],
        Usage = CompletionUsage.From(answer.Usage),
        Timings = plan.Extras.Timings ? AnswerTimings.From(answer) : null,
    };

    private static TextChoice ToWire(int index, int prompt, CollectedChoice choice, CompletionPlan plan, CollectedAnswer answer, IVocabulary vocabulary)
    {
        IReadOnlyList<TokenReport> promptTokens = answer.PromptTokens.GetValueOrDefault(prompt) ?? [];
        string before = !plan.Echo ? ""
            : plan.ScoresPrompt ? TokenNames.Join(promptTokens.Select(report => report.Token.Token), vocabulary)
            : plan.GetPromptText(prompt, vocabulary);
        int offset = 0;
        return new TextChoice
        {
            Index = index,
            Text = before + choice.Text,
            LogProbabilities = plan.Extras.LogProbabilities ? TextLogProbabilities.From(promptTokens.Concat(choice.Tokens), vocabulary, ref offset) : null,
            Tokens = plan.Extras.TokenIds ? [.. choice.Tokens.Select(report => report.Token.Token)] : null,
            FinishReason = AnswerEnd.From(choice.FinishReason).WireReason!,
        };
    }
}

/// <summary>One answer of a <see cref="TextCompletion"/>.</summary>
internal sealed class TextChoice
{
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Null when they were not asked for; the schema requires the key.</summary>
    [JsonPropertyName("logprobs")]
    public TextLogProbabilities? LogProbabilities { get; init; }

    /// <summary>Ids of the answer's tokens, where they were asked for.</summary>
    [JsonPropertyName("tokens")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Tokens { get; init; }

    [JsonPropertyName("finish_reason")]
    public required string FinishReason { get; init; }
}
