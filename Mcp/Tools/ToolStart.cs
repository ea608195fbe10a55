using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Tools;

/// <summary>What a tool makes of its arguments: an outcome at once, or work; exactly one is set.</summary>
internal readonly record struct ToolStart(ToolOutcome Outcome, ToolWork? Work)
{
    /// <summary>An outcome that is known at once.</summary>
    public static ToolStart Of(ToolOutcome outcome) => new(outcome, null);

    /// <summary>Work to be run.</summary>
    public static ToolStart Of(ToolWork work) => new(default, work);

    /// <summary>Arguments that are refused, in words for the client's model.</summary>
    /// <param name="message">A sentence that names the field and the remedy.</param>
    public static ToolStart Refused(string message) => Of(ToolOutcome.Of(CallToolResult.Failed(message)));
}
