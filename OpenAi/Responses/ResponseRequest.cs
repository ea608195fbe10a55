using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Responses;

/// <summary>
/// The body of POST /v1/responses as it stands on the wire: types of simple values are checked, all else is the validator's. Null means
/// absent. Raw values live as long as the JSON document they came from.
/// </summary>
internal sealed record ResponseRequest : GenerationFields
{
    [JsonPropertyName("input")]
    [Description(
        "A string, or an array of items: messages (parts input_text, output_text, refusal), function_call, function_call_output, reasoning, "
        + "item_reference. Required unless previous_response_id is given.")]
    public JsonElement? Input { get; init; }

    [JsonPropertyName("instructions")]
    [Description("System message of this response only: not inherited by responses that name it as their previous one.")]
    public string? Instructions { get; init; }

    [JsonPropertyName("previous_response_id")]
    [Description("A stored response whose input and output come before this input.")]
    public string? PreviousResponseId { get; init; }

    [JsonPropertyName("max_output_tokens")]
    [Description("Most tokens to generate, reasoning included; up to the end of the context when absent.")]
    [Range(MinOutputTokens, int.MaxValue)]
    public long? MaxOutputTokens { get; init; }

    [JsonPropertyName("max_tool_calls")]
    [Description("Bounds calls of built-in tools, of which there are none.")]
    [Range(1, int.MaxValue)]
    public long? MaxToolCalls { get; init; }

    [JsonPropertyName("tools")]
    [Description("Functions: {\"type\":\"function\",\"name\",\"description\",\"parameters\",\"strict\"}.")]
    public JsonElement? Tools { get; init; }

    [JsonPropertyName("tool_choice")]
    [Description("none, auto, required, {\"type\":\"function\",\"name\"} or {\"type\":\"allowed_tools\",\"mode\",\"tools\"}. Default auto.")]
    public JsonElement? ToolChoice { get; init; }

    [JsonPropertyName("parallel_tool_calls")]
    [Description("Whether one response may have several calls. Default true.")]
    public bool? ParallelToolCalls { get; init; }

    [JsonPropertyName("text")]
    [Description("{\"format\":{\"type\":\"text\" | \"json_object\" | \"json_schema\", …},\"verbosity\"}.")]
    public JsonElement? Text { get; init; }

    [JsonPropertyName("reasoning")]
    [Description("{\"effort\"}: none, minimal, low, medium, high, xhigh or max; none turns reasoning off.")]
    public JsonElement? Reasoning { get; init; }

    [JsonPropertyName("include")]
    [Description("message.output_text.logprobs asks for log probabilities; OpenAI's other words are accepted.")]
    public JsonElement? Include { get; init; }

    [JsonPropertyName("top_logprobs")]
    [Description("How many of the most probable tokens to report for each generated one.")]
    [Range(0, MaxTopLogProbabilities)]
    public long? TopLogProbabilities { get; init; }

    [JsonPropertyName("store")]
    [Description("Keep the response for GET and previous_response_id. Default true where the server has a store.")]
    public bool? Store { get; init; }

    [JsonPropertyName("background")]
    [Description("Answer at once and generate on, also when the client goes away. Needs the store.")]
    public bool? Background { get; init; }

    [JsonPropertyName("truncation")]
    [Description(
        "What happens to a conversation that is too long for the context: disabled (default) refuses it, auto drops its oldest turns until it "
        + "fits with room for an answer; instructions and system messages stay.")]
    [AllowedValues(NoTruncation, AutoTruncation)]
    public string? Truncation { get; init; }

    /// <summary>A conversation that is too long is refused.</summary>
    public const string NoTruncation = "disabled";

    /// <summary>A conversation that is too long loses its oldest turns.</summary>
    public const string AutoTruncation = "auto";

    /// <summary>OpenAI's published bound.</summary>
    public const int MinOutputTokens = 16;

    /// <summary>OpenAI's published bound.</summary>
    public const int MaxTopLogProbabilities = 20;
}
