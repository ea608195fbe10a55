namespace MistralServe.OpenAi;

/// <summary>Log messages of the REST port. Prompts and answers never appear here.</summary>
internal static partial class OpenAiLog
{
    [LoggerMessage(1001, LogLevel.Error, "Request {RequestId} failed unexpectedly")]
    public static partial void UnexpectedFailure(ILogger logger, Exception exception, string requestId);

    [LoggerMessage(1002, LogLevel.Debug, "Request {RequestId}: the client went away")]
    public static partial void ClientGone(ILogger logger, string requestId);

    [LoggerMessage(1003, LogLevel.Error, "Request {RequestId} failed after its answer had begun: {Code}")]
    public static partial void FailedWhileStreaming(ILogger logger, string requestId, string code);

    [LoggerMessage(1004, LogLevel.Error, "Response in the background of request {RequestId} failed: {Code}")]
    public static partial void FailedInBackground(ILogger logger, string requestId, string code);

    [LoggerMessage(1005, LogLevel.Debug, "The field '{Name}' of requests is not known and is ignored")]
    public static partial void UnknownField(ILogger logger, string name);
}
