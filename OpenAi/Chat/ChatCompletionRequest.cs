using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// The body of POST /v1/chat/completions as it stands on the wire: types are checked, ranges are not. Null means absent.
/// Built by <see cref="ChatRequestReader"/>; <see cref="ChatRequestValidator"/> makes a generation of it. Raw values live as
/// long as the JSON document they came from.
/// </summary>
internal sealed record ChatCompletionRequest : GenerationFields
{
    [JsonPropertyName("messages")]
    [Description("The conversation, oldest message first; at least one message.")]
    public required IReadOnlyList<ChatRequestMessage> Messages { get; init; }

    [JsonPropertyName("max_completion_tokens")]
    [Description("Most tokens to generate; up to the end of the context when absent. Wins over max_tokens.")]
    [Range(0, int.MaxValue)]
    public long? MaxCompletionTokens { get; init; }

    [JsonPropertyName("max_tokens")]
    [Description("Older name of max_completion_tokens.")]
    [Range(0, int.MaxValue)]
    public long? MaxTokens { get; init; }

    [JsonPropertyName("logprobs")]
    [Description("Report the log probability of each token of the answer, by the model's own distribution: before temperature, penalties, biases and truncation. Default false.")]
    public bool? LogProbabilities { get; init; }

    [JsonPropertyName("top_logprobs")]
    [Description("How many of the most probable tokens to report at each place; needs logprobs. Default 0.")]
    [Range(0, GenerationLimits.MaxTopLogProbabilities)]
    public long? TopLogProbabilities { get; init; }
}
