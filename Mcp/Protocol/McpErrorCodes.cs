using System.Diagnostics;

namespace MistralServe.Mcp.Protocol;

/// <summary>JSON-RPC codes of the protocol errors. Source: specification 2026-07-28 basic/index, Error Codes.</summary>
internal static class McpErrorCodes
{
    /// <summary>The message is not a valid request (JSON-RPC 2.0); also every refusal that precedes the message.</summary>
    public const int InvalidRequest = -32600;

    /// <summary>The code of a kind of error.</summary>
    public static int Of(McpErrorKind kind) => kind switch
    {
        McpErrorKind.Parse => -32700,
        McpErrorKind.InvalidRequest => InvalidRequest,
        McpErrorKind.HeaderMismatch => -32020,
        McpErrorKind.MissingCapability => -32021,
        McpErrorKind.UnsupportedVersion => -32022,
        McpErrorKind.MissingMeta => -32602,
        McpErrorKind.MethodNotFound => -32601,
        McpErrorKind.InvalidParams => -32602,
        McpErrorKind.Internal => -32603,
        McpErrorKind.Cancelled => -32603,
        McpErrorKind.ShuttingDown => -32603,
        McpErrorKind.TooManyStreams => -32603,
        McpErrorKind.UnknownSession => InvalidRequest,
        McpErrorKind.WrongHttpMethod => InvalidRequest,
        McpErrorKind.UnsupportedMediaType => InvalidRequest,
        McpErrorKind.BodyTooLarge => InvalidRequest,
        _ => throw new UnreachableException($"no code for {kind}"),
    };
}
