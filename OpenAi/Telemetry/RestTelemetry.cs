namespace MistralServe.OpenAi.Telemetry;

/// <summary>
/// Writes down every request when it is over: one line of the access log and a count in the metrics. The path is the route's pattern, so that
/// nothing of what users write gets there. Any thread.
/// </summary>
/// <param name="metrics">The counts.</param>
/// <param name="loggers">Makes the log.</param>
internal sealed partial class RestTelemetry(RestMetrics metrics, ILoggerFactory loggers)
{
    private const string Other = "other";

    private readonly ILogger _logger = loggers.CreateLogger("MistralServe.OpenAi.Access");

    /// <summary>Writes a request down.</summary>
    /// <param name="context">The request, which is over.</param>
    /// <param name="elapsed">Since its arrival.</param>
    public void Add(HttpContext context, TimeSpan elapsed)
    {
        int status = context.RequestAborted.IsCancellationRequested ? ErrorObjectMiddleware.ClientGoneStatus : context.Response.StatusCode;
        string route = context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } pattern } ? pattern : Other;
        metrics.Add(route, status, elapsed.TotalSeconds);

        // Probes and pages of figures come every few seconds and say nothing while all is well.
        bool isProbe = status < 400 && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));
        string caller = Caller.NameOf(context);
        LogRequest(
            _logger, isProbe ? LogLevel.Debug : LogLevel.Information, MethodOf(context.Request.Method), route, status, elapsed.TotalSeconds,
            context.TraceIdentifier, caller.Length == 0 ? "-" : caller);
    }

    // Any word can be sent as a method.
    private static string MethodOf(string method) =>
        HttpMethods.IsPost(method) ? HttpMethods.Post : HttpMethods.IsGet(method) ? HttpMethods.Get : HttpMethods.IsHead(method) ? HttpMethods.Head
        : HttpMethods.IsDelete(method) ? HttpMethods.Delete : HttpMethods.IsOptions(method) ? HttpMethods.Options : Other;

    [LoggerMessage(EventId = 1006, Message = "{Method} {Route} {Status} {Seconds:F3} s, {RequestId} {Caller}")]
    private static partial void LogRequest(
        ILogger logger, LogLevel level, string method, string route, int status, double seconds, string requestId, string caller);
}
