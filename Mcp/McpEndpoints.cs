using MistralServe.Inference;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Http;
using MistralServe.Mcp.Sessions;
using MistralServe.Mcp.Tools;

namespace MistralServe.Mcp;

/// <summary>The routes of the MCP port.</summary>
internal static class McpEndpoints
{
    /// <summary>Path of the endpoint of all revisions.</summary>
    public const string Path = "/mcp";

    // Path at which clients of revision 2024-11-05 look for their stream.
    private const string StreamPath = "/sse";

    /// <summary>
    /// Maps the endpoints and the answer of all other paths. Needs the singletons <see cref="McpToolRegistry"/>,
    /// <see cref="ModelDescription"/> and <see cref="TimeProvider"/>, takes <see cref="StreamTimings"/> if there are some; reads
    /// <see cref="CallerIdentity"/> from the features of a request.
    /// </summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        StreamTimings timings = services.GetService<StreamTimings>() ?? StreamTimings.Default;
        McpDispatcher dispatcher = CreateDispatcher(
            services.GetRequiredService<McpToolRegistry>(),
            services.GetRequiredService<ModelDescription>(),
            services.GetRequiredService<ILoggerFactory>());
        var streams = new LegacyStreamEndpoint(new MessageRouter(dispatcher), new LegacyStreamTable(timings), timings);
        var endpoint = new McpHttpEndpoint(
            dispatcher, new McpSessionStore(services.GetRequiredService<TimeProvider>()), streams, timings);

        // Every method, because a wrong one is answered in the protocol's own form.
        routes.Map(Path, endpoint.HandleAsync);
        routes.Map(StreamPath, streams.OpenAsync);
        routes.Map(LegacyStreamEndpoint.MessagePath, streams.PostAsync);

        // The pattern of the parameterless fallback leaves out paths that look like files.
        routes.MapFallback("{*path}", McpErrors.WriteNotFoundAsync);
    }

    /// <summary>What answers requests, whatever the transport.</summary>
    public static McpDispatcher CreateDispatcher(McpToolRegistry tools, ModelDescription model, ILoggerFactory loggers) =>
        new(tools, Instructions(model), loggers.CreateLogger<McpDispatcher>());

    private static string Instructions(ModelDescription model) =>
        $"The tools run one language model, {model.Id}, on this server. Nothing is remembered between calls: "
        + "send what the model should know with each one.";
}
