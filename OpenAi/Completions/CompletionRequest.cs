using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Completions;

/// <summary>
/// The body of POST /v1/completions as it stands on the wire: types are checked, ranges are not. Null means absent. Built by
/// <see cref="CompletionRequestReader"/>; <see cref="CompletionRequestValidator"/> makes a generation of it. Raw values live as
/// long as the JSON document they came from.
/// </summary>
internal sealed record CompletionRequest : GenerationFields
{
    [JsonPropertyName("prompt")]
    [Description("What to continue: a string, an array of token ids, or a list of several of these. Choices come prompt by prompt.")]
    public required JsonElement Prompt { get; init; }

    [JsonPropertyName("max_tokens")]
    [Description("Most tokens to generate. Default 16.")]
    [Range(0, int.MaxValue)]
    public long? MaxTokens { get; init; }

    [JsonPropertyName("echo")]
    [Description("The answer begins with the prompt; with logprobs, of its tokens too. Default false.")]
    public bool? Echo { get; init; }

    [JsonPropertyName("suffix")]
    [Description("What comes behind the text to generate; only for models with fill-in-the-middle tokens.")]
    public string? Suffix { get; init; }

    [JsonPropertyName("logprobs")]
    [Description(
        "Report the log probability of each token and of this many most probable ones, by the model's own distribution: before temperature, penalties, biases and "
        + "truncation.")]
    [Range(0, GenerationLimits.MaxTextLogProbabilities)]
    public long? LogProbabilities { get; init; }

    [JsonPropertyName("add_special_tokens")]
    [Description("Put the tokens that the model expects around a text, such as that of its beginning, around prompts that are strings. Default true. Not in OpenAI's API.")]
    public bool? AddSpecialTokens { get; init; }

    [JsonPropertyName("best_of")]
    [Description(
        "Generate this many answers and return the n of them with the highest log probability per token, the best first; not "
        + "below n, and not with stream. 0 is like an absent one. All tokens generated count in usage.")]
    [Range(0, GenerationLimits.MaxChoices)]
    public long? BestOf { get; init; }
}
