using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Tools;

/// <summary>Either the result of a tool or the protocol error that takes its place; exactly one is set.</summary>
internal readonly record struct ToolOutcome(CallToolResult? Result, McpError? Error)
{
    /// <summary>A result, <see cref="CallToolResult.IsError"/> ones included.</summary>
    public static ToolOutcome Of(CallToolResult result) => new(result, null);

    /// <summary>A protocol error.</summary>
    public static ToolOutcome Of(McpError error) => new(null, error);
}
