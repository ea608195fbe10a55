using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MistralServe.Hosting.Access;

namespace MistralServe.Hosting.Health;

/// <summary><c>GET /health</c>, the same on both ports: asks the engine, not only the web server.</summary>
internal static class HealthEndpoint
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the endpoint.</summary>
    /// <param name="endpoints">The port's routes.</param>
    /// <param name="report">Gives the state now; any thread.</param>
    public static void Map(IEndpointRouteBuilder endpoints, Func<HealthReport> report)
    {
        endpoints.MapMethods("/health", Methods, (RequestDelegate)(context => WriteAsync(context, report())))
            .WithMetadata(AnyHostMetadata.Instance, new AllowAnonymousAttribute());
    }

    private static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(report, HealthJsonContext.Default.HealthReport);
        context.Response.StatusCode = report.StatusCode;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
