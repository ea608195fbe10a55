using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using MistralServe.Json;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Http;

/// <summary>The body of a POST: parsed, or the answer to one that cannot be; exactly one is set.</summary>
internal readonly record struct McpBody(JsonDocument? Document, McpHttpAnswer? Refusal)
{
    /// <summary>Checks media type and size, reads and parses. Request thread.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    /// <exception cref="IOException">The same, seen by the reader.</exception>
    public static async ValueTask<McpBody> ReadAsync(HttpContext context)
    {
        if (!IsJson(context.Request.ContentType))
        {
            return new(null, McpHttpAnswer.Refused(new(McpErrorKind.UnsupportedMediaType, "Content-Type must be application/json.")));
        }

        var body = new ArrayBufferWriter<byte>();
        if (await FillAsync(context, body).ConfigureAwait(false) is { } unreadable)
        {
            return new(null, unreadable);
        }

        return JsonRpcReader.Parse(body.WrittenMemory) is { } document
            ? new(document, null)
            : new(null, McpHttpAnswer.Refused(new(
                McpErrorKind.Parse, $"Parse error: the body must be one JSON value in UTF-8, at most {JsonText.MaxDepth} levels deep.")));
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? parsed)
        && string.Equals(parsed.MediaType, "application/json", StringComparison.OrdinalIgnoreCase);

    // The listener enforces the size and reports it, like other defects of a body, by an exception.
    private static async ValueTask<McpHttpAnswer?> FillAsync(HttpContext context, ArrayBufferWriter<byte> body)
    {
        try
        {
            int read;
            do
            {
                read = await context.Request.Body.ReadAsync(body.GetMemory(4096), context.RequestAborted).ConfigureAwait(false);
                body.Advance(read);
            }
            while (read > 0);

            return null;
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return McpHttpAnswer.Refused(new(McpErrorKind.BodyTooLarge, "The body is larger than this server accepts."));
        }
        catch (BadHttpRequestException exception)
        {
            return new(exception.StatusCode, JsonRpcWriter.Error(default, McpErrorCodes.InvalidRequest, "The body could not be read."));
        }
    }
}
