using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Messages;

/// <summary>
/// The body of POST /v1/messages as it stands on the wire: types of simple values are checked, all else is the validator's. Null means absent.
/// Raw values live as long as the JSON document they came from.
/// </summary>
internal sealed record MessagesRequest : GenerationFields
{
    [JsonPropertyName("messages")]
    [Description("The conversation, oldest first: role and content, a string or blocks (text, tool_use, tool_result, thinking).")]
    public required JsonElement? Messages { get; init; }

    [JsonPropertyName("max_tokens")]
    [Description("Most tokens to generate. Required, except to count tokens.")]
    [Range(1, int.MaxValue)]
    public long? MaxTokens { get; init; }

    [JsonPropertyName("system")]
    [Description("System prompt: a string or text blocks.")]
    public JsonElement? System { get; init; }

    [JsonPropertyName("stop_sequences")]
    [Description("Up to 16 strings that end the answer and never appear in it.")]
    public JsonElement? StopSequences { get; init; }

    [JsonPropertyName("tools")]
    [Description("Tools: {\"name\",\"description\",\"input_schema\"}.")]
    public JsonElement? Tools { get; init; }

    [JsonPropertyName("tool_choice")]
    [Description("{\"type\":\"auto\" | \"any\" | \"tool\" | \"none\",\"name\",\"disable_parallel_tool_use\"}. any and tool force a call.")]
    public JsonElement? ToolChoice { get; init; }

    [JsonPropertyName("thinking")]
    [Description("{\"type\":\"enabled\",\"budget_tokens\"}, {\"type\":\"adaptive\"} or {\"type\":\"disabled\"}, which is the default.")]
    public JsonElement? Thinking { get; init; }
}
