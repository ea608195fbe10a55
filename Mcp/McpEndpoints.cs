using MistralServe.Inference;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Http;
using MistralServe.Mcp.Sessions;
using MistralServe.Mcp.Telemetry;
using MistralServe.Mcp.Tools;
using MistralServe.OpenAi.Telemetry;

namespace MistralServe.Mcp;

/// <summary>The routes of the MCP port.</summary>
internal static class McpEndpoints
{
    /// <summary>Path of the endpoint of all revisions.</summary>
    public const string Path = "/mcp";

    // Path at which clients of revision 2024-11-05 look for their stream.
    private const string StreamPath = "/sse";

    private const string MetricsPath = "/metrics";

    /// <summary>Paths that log and metrics call by name.</summary>
    public static IReadOnlyList<string> Paths { get; } = [Path, StreamPath, LegacyStreamEndpoint.MessagePath, MetricsPath];

    /// <summary>
    /// Whether an access token of OAuth does for a request. Its audience is the MCP endpoint; the counts of all callers are for whoever runs the
    /// server and has a key.
    /// </summary>
    public static bool TakesToken(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<KeyOnly>() is null;

    /// <summary>Registers what the endpoints share; needs what <see cref="Map"/> needs.</summary>
    public static void AddServices(IServiceCollection services) => services.AddSingleton(provider => CreateTelemetry(
        provider.GetRequiredService<McpToolRegistry>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));

    /// <summary>Adds what sees every answer, those of the guard included: request ids and the access log.</summary>
    public static void UseLog(WebApplication app) => app.Use(new McpPortLog(app.Services.GetRequiredService<McpTelemetry>()).InvokeAsync);

    /// <summary>
    /// Maps the endpoints and the answer of all other paths. Needs <see cref="AddServices"/> and the singletons <see cref="McpToolRegistry"/>,
    /// <see cref="ModelDescription"/> and <see cref="TimeProvider"/>, takes <see cref="StreamTimings"/> if there are some; reads
    /// <see cref="CallerIdentity"/> from the features of a request.
    /// </summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        StreamTimings timings = services.GetService<StreamTimings>() ?? StreamTimings.Default;
        McpTelemetry telemetry = services.GetRequiredService<McpTelemetry>();
        var dispatcher = new McpDispatcher(
            services.GetRequiredService<McpToolRegistry>(),
            Instructions(services.GetRequiredService<ModelDescription>()),
            telemetry,
            services.GetRequiredService<ILoggerFactory>().CreateLogger<McpDispatcher>());
        var table = new LegacyStreamTable(timings);
        var sessions = new McpSessionStore(services.GetRequiredService<TimeProvider>());
        telemetry.Metrics.Streams = () => table.Count;
        telemetry.Metrics.Sessions = () => sessions.Count;
        var streams = new LegacyStreamEndpoint(new MessageRouter(dispatcher), table, timings);
        var endpoint = new McpHttpEndpoint(dispatcher, sessions, streams, timings);

        // Every method, because a wrong one is answered in the protocol's own form.
        routes.Map(Path, endpoint.HandleAsync);
        routes.Map(StreamPath, streams.OpenAsync);
        routes.Map(LegacyStreamEndpoint.MessagePath, streams.PostAsync);
        routes.MapMethods(MetricsPath, [HttpMethods.Get], (RequestDelegate)(context => MetricsPage.WriteAsync(context, telemetry.Metrics.Format())))
            .WithMetadata(new KeyOnly());

        // The pattern of the parameterless fallback leaves out paths that look like files.
        routes.MapFallback("{*path}", McpErrors.WriteNotFoundAsync);
    }

    /// <summary>What answers requests of a transport without HTTP.</summary>
    public static McpDispatcher CreateDispatcher(McpToolRegistry tools, ModelDescription model, ILoggerFactory loggers) =>
        new(tools, Instructions(model), CreateTelemetry(tools, TimeProvider.System, loggers), loggers.CreateLogger<McpDispatcher>());

    private static McpTelemetry CreateTelemetry(McpToolRegistry tools, TimeProvider time, ILoggerFactory loggers) =>
        new(new McpMetrics(tools, Paths), time, loggers.CreateLogger("MistralServe.Mcp.Access"));

    private sealed record KeyOnly;

    private static string Instructions(ModelDescription model) =>
        $"The tools run one language model, {model.Id}, on this server. Nothing is remembered between calls: "
        + "send what the model should know with each one.";
}
