using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Messages;

/// <summary>Body of an error answer, and data of an error event, in Anthropic's form.</summary>
internal sealed class MessagesError
{
    /// <summary>The status that Anthropic's service answers with when it is full.</summary>
    public const int OverloadedStatus = 529;

    [JsonPropertyName("type")]
    public string Type { get; } = "error";

    [JsonPropertyName("error")]
    public required MessagesErrorBody Error { get; init; }

    [JsonPropertyName("request_id")]
    public required string RequestId { get; init; }

    /// <summary>The body for an error.</summary>
    public static MessagesError From(ApiError error, string requestId) => new()
    {
        Error = new MessagesErrorBody { Type = TypeOf(error.Status), Message = error.Message },
        RequestId = requestId,
    };

    /// <summary>The status to answer an error with.</summary>
    public static int StatusOf(ApiError error) => error.Status == StatusCodes.Status503ServiceUnavailable ? OverloadedStatus : error.Status;

    // Source: https://docs.anthropic.com/en/api/errors; 405 and 415 are not in that list.
    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 => "timeout_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };
}

/// <summary>What went wrong.</summary>
internal sealed class MessagesErrorBody
{
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("message")]
    public required string Message { get; init; }
}
