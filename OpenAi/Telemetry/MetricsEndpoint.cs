using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Telemetry;

/// <summary>GET /metrics. Not in the OpenAPI document, which describes JSON.</summary>
internal static class MetricsEndpoint
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/metrics", Methods, (RequestDelegate)WriteAsync).ExcludeFromDescription();

    private static async Task WriteAsync(HttpContext context)
    {
        byte[] page = Encoding.UTF8.GetBytes(context.Service<RestMetrics>().Format(context.Service<InferenceEngine>().ActiveCount));
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        context.Response.ContentLength = page.Length;
        await context.Response.Body.WriteAsync(page, context.RequestAborted);
    }
}
