using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Responses;

/// <summary>A page of a response's input.</summary>
internal sealed class ResponseItemList
{
    [JsonPropertyName("object")]
    public string Object { get; } = "list";

    [JsonPropertyName("data")]
    public required IReadOnlyList<ResponseItem> Data { get; init; }

    /// <summary>Empty when the page is.</summary>
    [JsonPropertyName("first_id")]
    public required string FirstId { get; init; }

    /// <summary>Empty when the page is.</summary>
    [JsonPropertyName("last_id")]
    public required string LastId { get; init; }

    [JsonPropertyName("has_more")]
    public required bool HasMore { get; init; }
}

/// <summary>Answer of DELETE /v1/responses/{id}.</summary>
internal sealed class ResponseDeletion
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("object")]
    public string Object { get; } = "response";

    [JsonPropertyName("deleted")]
    public bool Deleted { get; } = true;
}

/// <summary>Answer of POST /v1/responses/input_tokens.</summary>
internal sealed class ResponseInputTokens
{
    [JsonPropertyName("object")]
    public string Object { get; } = "response.input_tokens";

    [JsonPropertyName("input_tokens")]
    public required int InputTokens { get; init; }
}
