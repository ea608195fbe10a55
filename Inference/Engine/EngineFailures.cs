using System.Globalization;

namespace MistralServe.Inference.Engine;

/// <summary>The engine's failures with their sentences, in one place.</summary>
internal static class EngineFailures
{
    /// <summary>All places of the queue are taken.</summary>
    public static EngineFailure QueueFull(int limit, TimeSpan retryAfter) =>
        new(EngineFailureCode.QueueFull, $"The server is full: all {Number(limit)} places of its queue are taken. Try again later.", RetryAfter: retryAfter);

    /// <summary>The key has its share.</summary>
    public static EngineFailure ShareUsed(int limit, TimeSpan retryAfter) =>
        new(EngineFailureCode.ShareUsed, $"Your share of this server is used up: {Number(limit)} answers of one key may wait or run at a time. Try again when one has ended.", RetryAfter: retryAfter);

    /// <summary>More answers than there can ever be room for.</summary>
    public static EngineFailure TooManyAnswers(int answers, int limit) =>
        new(EngineFailureCode.InvalidRequest, $"The request asks for {Number(answers)} answers, but this server has room for {Number(limit)} of one request. Ask for fewer, or send fewer prompts.", "n");

    /// <summary>Waited too long.</summary>
    public static EngineFailure QueueTimeout(TimeSpan limit) =>
        new(EngineFailureCode.QueueTimeout, $"The request waited {Seconds(limit)} s for a free sequence, which is the limit. Try again later.", RetryAfter: TimeSpan.FromSeconds(5));

    /// <summary>Too many slow output formats at once.</summary>
    public static EngineFailure FormatsBusy() => new(
        EngineFailureCode.QueueTimeout,
        "The output format takes long to prepare, and others that do are before it. Try again later, or simplify it.",
        RetryAfter: TimeSpan.FromSeconds(5));

    /// <summary>Ran too long.</summary>
    public static EngineFailure Deadline(TimeSpan limit) =>
        new(EngineFailureCode.DeadlineExceeded, $"The request ran for {Seconds(limit)} s, which is the limit. Ask for fewer tokens.");

    /// <summary>The server is going down.</summary>
    public static EngineFailure ShuttingDown() =>
        new(EngineFailureCode.ShuttingDown, "The server is shutting down. Try again later.", RetryAfter: TimeSpan.FromSeconds(5));

    /// <summary>The library failed.</summary>
    public static EngineFailure Fault() =>
        new(EngineFailureCode.EngineFault, "The engine failed while it computed this request. The server's log says more.");

    /// <summary>A constraint contradicts itself: nothing is allowed, or what it allowed or forced is refused.</summary>
    public static EngineFailure ConstraintFault() =>
        new(EngineFailureCode.EngineFault, "The engine failed while it held the answer to its output format. The fault is the server's, not the request's.");

    /// <summary>The prompt is too long.</summary>
    public static EngineFailure ContextExceeded(string promptTokens, int contextLength, string param) =>
        new(EngineFailureCode.ContextLengthExceeded, $"The prompt has {promptTokens} tokens, but one request can hold {Number(contextLength)} tokens, prompt and answer together. Shorten it.", param);

    private static string Seconds(TimeSpan limit) => limit.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
