using Microsoft.AspNetCore.Http.Features;

namespace MistralServe.Json;

/// <summary>Headers of a response that is a stream of server-sent events.</summary>
internal static class SseHeaders
{
    /// <summary>Sets them, and sends every write at once. The response must not have started.</summary>
    public static void Prepare(HttpContext context)
    {
        HttpResponse response = context.Response;

        // Without parameters: one client compares the whole header with this text.
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no"; // else nginx collects events
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
