namespace MistralServe.Mcp.Protocol;

/// <summary>
/// Every protocol error that is answered. A kind has one JSON-RPC code (<see cref="McpErrorCodes"/>) and, over HTTP, one
/// status (<see cref="Http.McpHttpStatus"/>); several kinds share a code.
/// </summary>
internal enum McpErrorKind
{
    /// <summary>Not JSON, not UTF-8, a lone surrogate, or nested too deeply.</summary>
    Parse,

    /// <summary>JSON, but not a JSON-RPC message that is allowed here.</summary>
    InvalidRequest,

    /// <summary>Modern era: a header is missing, given twice or unlike the body.</summary>
    HeaderMismatch,

    /// <summary>Modern era: the version is not served.</summary>
    UnsupportedVersion,

    /// <summary>Modern era: a required field of <c>_meta</c> is missing or of the wrong type.</summary>
    MissingMeta,

    /// <summary>Modern era: the tool needs a capability that the client did not declare.</summary>
    MissingCapability,

    /// <summary>No such method in this era.</summary>
    MethodNotFound,

    /// <summary>Parameters of a known method are unusable: unknown tool, unknown cursor, malformed fields.</summary>
    InvalidParams,

    /// <summary>Our own bug.</summary>
    Internal,

    /// <summary>The call was cancelled and the client still waits for an answer.</summary>
    Cancelled,

    /// <summary>The server is draining.</summary>
    ShuttingDown,

    /// <summary>Legacy era: the session named by the request does not exist.</summary>
    UnknownSession,

    /// <summary>The endpoint does not have this HTTP method.</summary>
    WrongHttpMethod,

    /// <summary>The caller has as many event streams open as it may.</summary>
    TooManyStreams,

    /// <summary>The body is not declared as JSON.</summary>
    UnsupportedMediaType,

    /// <summary>The body exceeds the limit of the listener.</summary>
    BodyTooLarge,
}
