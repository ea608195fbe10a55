using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Tools;

/// <summary>One tool. Immutable; called by many requests at once.</summary>
internal interface IMcpTool
{
    /// <summary>The tool as <c>tools/list</c> shows it; its name is what <c>tools/call</c> asks for.</summary>
    ToolDefinition Definition { get; }

    /// <summary>
    /// Checks the arguments, without waiting for anything: what is refused here leaves with a status, before a stream begins.
    /// </summary>
    /// <param name="call">Arguments and caller.</param>
    /// <returns>The outcome, if it is known at once (bad arguments above all); else the work.</returns>
    ToolStart Start(ToolCall call);
}
