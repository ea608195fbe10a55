using System.Globalization;
using System.Text.Json;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Http;

/// <summary>
/// What a request is answered with, before anything is written.
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON; empty for no body.</param>
/// <param name="RetryAfter">Sent as <c>Retry-After</c>; null leaves it out.</param>
internal readonly record struct McpHttpAnswer(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter = null)
{
    // Without parameters: one client compares the whole header with this text.
    private const string JsonContentType = "application/json";

    /// <summary>The message was taken and wants no answer.</summary>
    public static McpHttpAnswer Accepted { get; } = new(StatusCodes.Status202Accepted, default);

    /// <summary>What was to be ended has ended.</summary>
    public static McpHttpAnswer Ended { get; } = new(StatusCodes.Status204NoContent, default);

    /// <summary>The answer to a request that was dispatched.</summary>
    public static McpHttpAnswer Of(McpReply reply, McpEra era) => reply.Error is { } error
        ? new(McpHttpStatus.Of(error.Kind, era), reply.Message, error.RetryAfter)
        : new(StatusCodes.Status200OK, reply.Message);

    /// <summary>A refusal before the dispatcher.</summary>
    /// <param name="error">Why.</param>
    /// <param name="era">Era of the request, as far as it is known.</param>
    /// <param name="id">The request's id; <see cref="JsonValueKind.Undefined"/> when there is none.</param>
    public static McpHttpAnswer Refused(McpError error, McpEra era = McpEra.Legacy, JsonElement id = default) =>
        new(McpHttpStatus.Of(error.Kind, era), JsonRpcWriter.Error(id, error), error.RetryAfter);

    /// <summary>Writes status, headers and body. The response must not have started.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.StatusCode = Status;
        if (Status != StatusCodes.Status204NoContent)
        {
            response.ContentLength = Body.Length;
        }

        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (!Body.IsEmpty)
        {
            // Not by the helpers of the framework: they append a charset.
            response.ContentType = JsonContentType;
            await new ResponseWriter(context, StreamTimings.Default.Stall).WriteAsync(Body).ConfigureAwait(false);
        }
    }
}
