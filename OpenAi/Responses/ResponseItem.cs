using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.Json;

namespace MistralServe.OpenAi.Responses;

/// <summary>One item of an input or output: a message, a piece of reasoning, a call or what came of it. Immutable.</summary>
/// <param name="Type">Tells the members of the family apart.</param>
[JsonConverter(typeof(FamilyConverter<ResponseItem>))]
internal abstract record ResponseItem([property: JsonPropertyName("type"), JsonPropertyOrder(-1)] string Type)
{
    /// <summary>Unique in the response: a prefix that names the kind, and random digits.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>One of <see cref="ItemStatus"/>.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }
}

/// <summary>Words of <see cref="ResponseItem.Status"/>.</summary>
internal static class ItemStatus
{
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Incomplete = "incomplete";
}

/// <summary>A message.</summary>
internal sealed record MessageItem() : ResponseItem("message")
{
    [JsonPropertyName("role")]
    public required string Role { get; init; }

    [JsonPropertyName("content")]
    public required IReadOnlyList<ResponsePart> Content { get; init; }
}

/// <summary>What the model reasoned before it went on.</summary>
internal sealed record ReasoningItem() : ResponseItem("reasoning")
{
    /// <summary>Always empty in answers: the reasoning itself is in <see cref="Content"/>.</summary>
    [JsonPropertyName("summary")]
    public required IReadOnlyList<ResponsePart> Summary { get; init; }

    [JsonPropertyName("content")]
    public required IReadOnlyList<ResponsePart> Content { get; init; }
}

/// <summary>A call that the model asks its client for.</summary>
internal sealed record FunctionCallItem() : ResponseItem("function_call")
{
    /// <summary>What the answer to the call refers to.</summary>
    [JsonPropertyName("call_id")]
    public required string CallId { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>JSON text when the model wrote it well.</summary>
    [JsonPropertyName("arguments")]
    public required string Arguments { get; init; }
}

/// <summary>What came of a call.</summary>
internal sealed record FunctionCallOutputItem() : ResponseItem("function_call_output")
{
    [JsonPropertyName("call_id")]
    public required string CallId { get; init; }

    /// <summary>As it was sent: a string or text parts.</summary>
    [JsonPropertyName("output")]
    public required JsonElement Output { get; init; }

    /// <summary>The text of <see cref="Output"/>.</summary>
    [JsonIgnore]
    public string Text { get; init; } = "";
}
