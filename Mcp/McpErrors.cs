using MistralServe.Mcp.Http;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp;

/// <summary>Refusals of the MCP port that are decided before the endpoint is reached.</summary>
internal static class McpErrors
{
    private static readonly ReadOnlyMemory<byte> NotFoundBody = """{"error":"not_found"}"""u8.ToArray();

    /// <summary>
    /// Writes the refusal of an access check: wrong Host or Origin (403, empty body), no or bad credential (401, JSON-RPC
    /// error without id). Headers such as <c>WWW-Authenticate</c> are set by the caller before.
    /// </summary>
    /// <param name="context">The request; its response must not have started.</param>
    /// <param name="status">HTTP status, 400 to 599.</param>
    /// <param name="message">A sentence for the caller; null leaves the body empty: a page that tries DNS rebinding learns nothing from it.</param>
    public static Task WriteAccessFailureAsync(HttpContext context, int status, string? message)
    {
        ReadOnlyMemory<byte> body = message is null ? default : JsonRpcWriter.Error(default, McpErrorCodes.InvalidRequest, message);
        return new McpHttpAnswer(status, body).WriteAsync(context);
    }

    /// <summary>
    /// Writes the answer of paths that do not exist. <c>error</c> is a string on purpose: at the well-known OAuth paths some
    /// clients read anything else as a demand to sign in.
    /// </summary>
    public static Task WriteNotFoundAsync(HttpContext context) =>
        new McpHttpAnswer(StatusCodes.Status404NotFound, NotFoundBody).WriteAsync(context);
}
