using System.Diagnostics;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Http;

/// <summary>HTTP statuses of the protocol errors.</summary>
internal static class McpHttpStatus
{
    /// <summary>
    /// The status that goes with an error. Errors of a call are 200: the message was served, its content failed.
    /// </summary>
    /// <param name="kind">The error.</param>
    /// <param name="era">Matters for unknown methods: the modern era demands 404, which legacy clients take for a lost session
    /// or a broken transport.</param>
    public static int Of(McpErrorKind kind, McpEra era) => kind switch
    {
        McpErrorKind.Parse
            or McpErrorKind.InvalidRequest
            or McpErrorKind.HeaderMismatch
            or McpErrorKind.UnsupportedVersion
            or McpErrorKind.MissingCapability
            or McpErrorKind.MissingMeta => StatusCodes.Status400BadRequest,
        McpErrorKind.MethodNotFound => era == McpEra.Modern ? StatusCodes.Status404NotFound : StatusCodes.Status200OK,
        McpErrorKind.InvalidParams or McpErrorKind.Internal or McpErrorKind.Cancelled => StatusCodes.Status200OK,
        McpErrorKind.ShuttingDown or McpErrorKind.TooManyStreams => StatusCodes.Status503ServiceUnavailable,
        McpErrorKind.UnknownSession => StatusCodes.Status404NotFound,
        McpErrorKind.WrongHttpMethod => StatusCodes.Status405MethodNotAllowed,
        McpErrorKind.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        McpErrorKind.BodyTooLarge => StatusCodes.Status413PayloadTooLarge,
        _ => throw new UnreachableException($"no status for {kind}"),
    };
}
