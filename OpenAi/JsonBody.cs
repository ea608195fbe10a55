using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using MistralServe.Json;
using MistralServe.OpenAi.Telemetry;

namespace MistralServe.OpenAi;

/// <summary>Reads the JSON body of a request.</summary>
internal static class JsonBody
{
    /// <summary>Parses the body and makes of it what the endpoint needs. Request thread.</summary>
    /// <param name="context">The request.</param>
    /// <param name="known">Fields of the body that are read or refused; the log tells of others.</param>
    /// <param name="read">Gets the body's root, whose strings are all Unicode; the document is gone when it returns.</param>
    /// <returns>What <paramref name="read"/> made; or 415 for another media type or a compressed body, 400 for text that is not JSON, 404 for a model that is not loaded (<see cref="ModelCheck"/>).</returns>
    public static async Task<RequestResult<T>> ReadAsync<T>(HttpContext context, FrozenSet<string> known, Func<JsonElement, RequestResult<T>> read)
        where T : class
    {
        if (!IsJsonInUtf8(context.Request) || IsCompressed(context.Request))
        {
            return StatusErrors.ForStatus(StatusCodes.Status415UnsupportedMediaType, context);
        }

        try
        {
            using JsonDocument document = await JsonDocument.ParseAsync(
                context.Request.Body, JsonText.DocumentOptions, context.RequestAborted);
            if (!JsonText.IsWellFormed(document.RootElement))
            {
                // Once for all readers; what comes over MCP was checked when its message was parsed.
                var unreadable = new RequestErrors();
                unreadable.AddNotUnicode();
                return unreadable.First!;
            }

            context.RequestServices.GetService<UnknownFields>()?.Tell(document.RootElement, known);
            RequestResult<T> result = read(document.RootElement);
            return result.Succeeded && context.RequestServices.GetService<ModelCheck>()?.Check(document.RootElement) is { } unknown ? unknown : result;
        }
        catch (JsonException e)
        {
            var errors = new RequestErrors();
            errors.AddInvalidJson(
                $"The body is empty, is no valid JSON, or is nested deeper than {JsonText.MaxDepth} levels "
                + $"(line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).");
            return errors.First!;
        }
    }

    // A limit on the body is one on what is parsed only while the two are the same.
    private static bool IsCompressed(HttpRequest request) =>
        request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase);

    // A page in a browser can send text/plain to another origin without asking, but not JSON.
    private static bool IsJsonInUtf8(HttpRequest request) =>
        request.HasJsonContentType()
        && MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
