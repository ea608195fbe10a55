using System.Text.Json.Serialization;

namespace MistralServe.OpenAi;

/// <summary>Body of every error answer.</summary>
internal sealed class ErrorResponse
{
    [JsonPropertyName("error")]
    public required ErrorBody Error { get; init; }

    /// <summary>The body for an error.</summary>
    public static ErrorResponse From(ApiError error) => new()
    {
        Error = new ErrorBody { Message = error.Message, Type = error.Type, Param = error.Param, Code = error.Code },
    };
}

/// <summary>OpenAI's error object: the four keys are always written.</summary>
internal sealed class ErrorBody
{
    [JsonPropertyName("message")]
    public required string Message { get; init; }

    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("param")]
    public required string? Param { get; init; }

    [JsonPropertyName("code")]
    public required string Code { get; init; }
}
