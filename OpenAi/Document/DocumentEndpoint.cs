using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace MistralServe.OpenAi.Document;

/// <summary>GET /openapi/v1.json.</summary>
internal static class DocumentEndpoint
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/v1.json", WriteAsync);
        routes.MapMethods("/openapi/v1.json", [HttpMethods.Head], WriteAsync);
    }

    // Made anew for each request: it is asked for rarely, and would take memory for ever.
    private static async Task WriteAsync(HttpContext context, [FromServices] EndpointDataSource endpoints)
    {
        using var body = new MemoryStream();
        await using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Indented = true }))
        {
            ApiDocument.Create(endpoints).WriteTo(json);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), CancellationToken.None);
    }
}
