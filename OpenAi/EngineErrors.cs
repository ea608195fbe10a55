using MistralServe.Inference;

namespace MistralServe.OpenAi;

/// <summary>The one place where failures of the engine become REST errors; a test walks the whole enum.</summary>
internal static class EngineErrors
{
    private const string InvalidRequest = "invalid_request_error";
    private const string Server = "server_error";

    /// <summary>Maps a failure to the error to answer with. Any thread. Source: the table of error codes in the compatibility page.</summary>
    public static ApiError ToApiError(EngineFailure failure) => failure.Code switch
    {
        EngineFailureCode.InvalidRequest => new ApiError(400, InvalidRequest, "invalid_value", failure.Message, failure.Param),
        EngineFailureCode.InvalidSchema => new ApiError(400, InvalidRequest, "invalid_json_schema", failure.Message, failure.Param),
        EngineFailureCode.InvalidGrammar => new ApiError(400, InvalidRequest, "invalid_grammar", failure.Message, failure.Param),
        EngineFailureCode.ContextLengthExceeded =>
            new ApiError(400, InvalidRequest, "context_length_exceeded", failure.Message, failure.Param ?? "messages"),
        EngineFailureCode.NoChatTemplate => new ApiError(400, InvalidRequest, "unsupported_value", NameTemplateOption(failure.Message), failure.Param),
        EngineFailureCode.NotSupported => new ApiError(400, InvalidRequest, "unsupported_value", failure.Message, failure.Param),
        EngineFailureCode.ShareUsed => new ApiError(429, "rate_limit_error", "rate_limit_exceeded", failure.Message, failure.Param, RetryTime(failure)),
        EngineFailureCode.QueueFull => Unavailable("server_overloaded", failure),
        EngineFailureCode.QueueTimeout => Unavailable("queue_timeout", failure),
        EngineFailureCode.ShuttingDown => Unavailable("shutting_down", failure),
        EngineFailureCode.DeadlineExceeded => new ApiError(408, "timeout_error", "request_timeout", failure.Message, failure.Param),
        EngineFailureCode.EngineFault =>
            new ApiError(500, Server, "internal_error", failure.Message, failure.Param, failure.RetryAfter),
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure.Code, "A failure without a status."),
    };

    // A server that is full, late or going away is worth another try, so the hint is there even if the engine has no estimate.
    private static ApiError Unavailable(string code, EngineFailure failure) =>
        new(503, Server, code, failure.Message, failure.Param, RetryTime(failure));

    private static TimeSpan RetryTime(EngineFailure failure) => failure.RetryAfter ?? TimeSpan.FromSeconds(1);

    private static string NameTemplateOption(string message) =>
        message.Contains("--chat-template", StringComparison.Ordinal)
            ? message
            : $"{message} Start the server with --chat-template to give it one.";
}
