using MistralServe.Inference;
using MistralServe.Mcp.Http;
using MistralServe.Mcp.Tools;

namespace MistralServe.Mcp;

/// <summary>The routes of the MCP port.</summary>
internal static class McpEndpoints
{
    /// <summary>Path of the one endpoint.</summary>
    public const string Path = "/mcp";

    /// <summary>
    /// Maps the endpoint and the answer of all other paths. Needs the singletons <see cref="McpToolRegistry"/> and
    /// <see cref="ModelDescription"/>; reads <see cref="CallerIdentity"/> from the features of a request.
    /// </summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        var dispatcher = new McpDispatcher(
            services.GetRequiredService<McpToolRegistry>(),
            Instructions(services.GetRequiredService<ModelDescription>()),
            services.GetRequiredService<ILogger<McpDispatcher>>());
        var endpoint = new McpHttpEndpoint(dispatcher);

        // Every method, because a wrong one is answered in the protocol's own form.
        routes.Map(Path, endpoint.HandleAsync);

        // The pattern of the parameterless fallback leaves out paths that look like files.
        routes.MapFallback("{*path}", McpErrors.WriteNotFoundAsync);
    }

    private static string Instructions(ModelDescription model) =>
        $"The tools run one language model, {model.Id}, on this server. Nothing is remembered between calls: "
        + "send what the model should know with each one.";
}
