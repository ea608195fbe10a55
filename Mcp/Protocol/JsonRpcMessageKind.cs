namespace MistralServe.Mcp.Protocol;

/// <summary>What a JSON value is in JSON-RPC.</summary>
internal enum JsonRpcMessageKind
{
    /// <summary>None of the others.</summary>
    Invalid,

    /// <summary>Method and id: wants an answer.</summary>
    Request,

    /// <summary>Method without id: gets no answer.</summary>
    Notification,

    /// <summary>Result or error without method: the answer to a request of ours, of which there are none.</summary>
    Response,
}
