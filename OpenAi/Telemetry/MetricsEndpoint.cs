using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Telemetry;

/// <summary>GET /metrics. Not in the OpenAPI document, which describes JSON.</summary>
internal static class MetricsEndpoint
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/metrics", Methods, (RequestDelegate)WriteAsync).ExcludeFromDescription();

    private static Task WriteAsync(HttpContext context) =>
        MetricsPage.WriteAsync(context, context.Service<RestMetrics>().Format(context.Service<InferenceEngine>().ActiveCount));
}
