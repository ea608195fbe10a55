namespace MistralServe.Mcp.Telemetry;

/// <summary>How a request ended, for log and metrics.</summary>
internal enum CallOutcome
{
    /// <summary>With a result.</summary>
    Ok,

    /// <summary>With a result that says what the tool could not do (<c>isError</c>), a full queue included.</summary>
    ToolError,

    /// <summary>With a protocol error.</summary>
    Error,

    /// <summary>Without an answer: the client cancelled it or is gone.</summary>
    Cancelled,
}
