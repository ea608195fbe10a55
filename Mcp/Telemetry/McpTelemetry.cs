using System.Text.Json;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Mcp.Telemetry;

/// <summary>
/// Writes down every request of every transport when it is over: one line of the access log and a count in the metrics. Never what users
/// or models write: a method or tool that is not ours is <c>other</c>. Any thread.
/// </summary>
/// <param name="metrics">The counts.</param>
/// <param name="time">Measures durations.</param>
/// <param name="logger">The access log.</param>
internal sealed partial class McpTelemetry(McpMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>The counts.</summary>
    public McpMetrics Metrics => metrics;

    /// <summary>When a request begins; to be handed to <see cref="Add"/>.</summary>
    public long Start() => time.GetTimestamp();

    /// <summary>Writes a request down.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">How it came.</param>
    /// <param name="start">When it began.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="result">Result of the tool; null when there is none.</param>
    public void Add(JsonRpcMessage request, CallContext context, long start, CallOutcome outcome, CallToolResult? result = null)
    {
        double seconds = time.GetElapsedTime(start).TotalSeconds;
        (int prompt, int generated) = (CountOf(result, "prompt_tokens"u8), result?.Meta?.Usage?.CompletionTokens ?? 0);
        McpSeries series = metrics.Find(request);
        McpMetrics.Add(series, context.Era, outcome, seconds, prompt, generated);
        LogRequest(
            logger, series.Method, series.Tool, LabelOf(outcome), LabelOf(context.Era), seconds, prompt, generated, context.RequestId,
            context.Principal.Length == 0 ? "-" : context.Principal);
    }

    /// <summary>Writes down an HTTP exchange that brought no request to be answered: a refusal, a stream, the end of a session.</summary>
    /// <param name="context">The exchange, which is over.</param>
    /// <param name="route">Path of the route that it matched.</param>
    /// <param name="status">What it was answered with.</param>
    /// <param name="start">When it began.</param>
    public void AddExchange(HttpContext context, string route, int status, long start)
    {
        metrics.AddExchange(route, status);
        string method = McpMetrics.LabelOfHttp(context.Request.Method);
        LogLevel level = status < 400 && HttpMethods.IsPost(context.Request.Method) ? LogLevel.Debug : LogLevel.Information;
        LogExchange(logger, level, method, route, status, time.GetElapsedTime(start).TotalSeconds, context.TraceIdentifier);
    }

    /// <summary>Word of an outcome in log and metrics.</summary>
    internal static string LabelOf(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Ok => "ok",
        CallOutcome.ToolError => "tool_error",
        CallOutcome.Cancelled => "cancelled",
        _ => "error",
    };

    /// <summary>Word of an era in log and metrics.</summary>
    internal static string LabelOf(McpEra era) => era == McpEra.Modern ? "modern" : "legacy";

    // Tools that generate say it in _meta, tools that answer with data in the data.
    private static int CountOf(CallToolResult? result, ReadOnlySpan<byte> name) =>
        result?.Meta?.Usage is { } usage ? usage.PromptTokens
        : result?.StructuredContent is { ValueKind: JsonValueKind.Object } data
            && data.TryGetProperty("usage"u8, out JsonElement counts) && counts.ValueKind == JsonValueKind.Object
            && counts.TryGetProperty(name, out JsonElement count) && count.TryGetInt32(out int tokens)
                ? tokens
                : 0;

    [LoggerMessage(
        EventId = 70, Level = LogLevel.Information,
        Message = "{Method} {Tool} {Outcome} {Era} {Seconds:F3} s, {PromptTokens} + {GeneratedTokens} tokens, {RequestId} {Caller}")]
    private static partial void LogRequest(
        ILogger logger, string method, string tool, string outcome, string era, double seconds, int promptTokens, int generatedTokens, string requestId, string caller);

    [LoggerMessage(EventId = 71, Message = "{Method} {Route} {Status} {Seconds:F3} s, {RequestId}")]
    private static partial void LogExchange(ILogger logger, LogLevel level, string method, string route, int status, double seconds, string requestId);
}
