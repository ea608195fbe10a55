using System.Text.Json.Serialization.Metadata;
using MistralServe.Json;

namespace MistralServe.OpenAi;

/// <summary>Writes a whole JSON answer in one piece.</summary>
internal static class JsonAnswer
{
    /// <summary>Writes status, length and body; the response must not have started. A client that is gone is no error.</summary>
    public static async Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        ReadOnlyMemory<byte> body = WireJson.Write(value, type);
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, CancellationToken.None);
    }
}
