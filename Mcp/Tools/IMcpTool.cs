using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Tools;

/// <summary>One tool. Immutable; called by many requests at once.</summary>
internal interface IMcpTool
{
    /// <summary>The tool as <c>tools/list</c> shows it; its name is what <c>tools/call</c> asks for.</summary>
    ToolDefinition Definition { get; }

    /// <summary>
    /// Runs the tool.
    /// </summary>
    /// <param name="call">Arguments and caller.</param>
    /// <param name="cancellationToken">The client is gone or has cancelled: stop, free everything and throw
    /// <see cref="OperationCanceledException"/>; nobody reads the outcome.</param>
    /// <returns>A result, failures that the client's model should read included; or, rarely, a protocol error.</returns>
    ValueTask<ToolOutcome> CallAsync(ToolCall call, CancellationToken cancellationToken);
}
