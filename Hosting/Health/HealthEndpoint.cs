using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MistralServe.Hosting.Access;

namespace MistralServe.Hosting.Health;

/// <summary>
/// <c>GET /health</c> with its other names and <c>GET /livez</c>, the same on both ports: they ask the engine, not only the web server.
/// </summary>
internal static class HealthEndpoint
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the endpoints.</summary>
    /// <param name="endpoints">The port's routes.</param>
    /// <param name="report">Gives the state now; any thread.</param>
    public static void Map(IEndpointRouteBuilder endpoints, Func<HealthReport> report)
    {
        foreach (string path in (string[])["/health", "/v1/health", "/readyz"])
        {
            Map(endpoints, path, report, current => current.StatusCode);
        }

        Map(endpoints, "/livez", report, current => current.LivenessCode);
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, Func<HealthReport> report, Func<HealthReport, int> status) =>
        endpoints.MapMethods(path, Methods, (RequestDelegate)(context =>
            {
                HealthReport current = report();
                return WriteAsync(context, current, status(current));
            }))
            .WithMetadata(AnyHostMetadata.Instance, new AllowAnonymousAttribute());

    private static async Task WriteAsync(HttpContext context, HealthReport report, int status)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(report, HealthJsonContext.Default.HealthReport);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
