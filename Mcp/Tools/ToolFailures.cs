using System.Diagnostics;
using System.Globalization;
using MistralServe.Inference;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The one place where failures of the engine become answers of the MCP port. Nearly all are results with
/// <c>isError</c>: clients show an HTTP or protocol error as a broken transport, and their model never sees the reason.
/// </summary>
internal static class ToolFailures
{
    // What the engine suggests at least when it cannot estimate a wait. Origin: lower bound of EngineFailure.RetryAfter.
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1);

    /// <summary>The answer to a call that the engine refused or could not finish. Any thread.</summary>
    public static ToolOutcome ToOutcome(EngineFailure failure) => failure.Code switch
    {
        EngineFailureCode.InvalidRequest
            or EngineFailureCode.InvalidSchema
            or EngineFailureCode.InvalidGrammar
            or EngineFailureCode.ContextLengthExceeded
            or EngineFailureCode.NoChatTemplate
            or EngineFailureCode.NotSupported
            or EngineFailureCode.DeadlineExceeded
            or EngineFailureCode.EngineFault => ToolOutcome.Of(CallToolResult.Failed(failure.Message)),
        EngineFailureCode.QueueFull or EngineFailureCode.QueueTimeout or EngineFailureCode.ShareUsed => ToolOutcome.Of(Busy(failure)),
        EngineFailureCode.ShuttingDown => ToolOutcome.Of(new McpError(
            McpErrorKind.ShuttingDown, failure.Message, RetryAfter: failure.RetryAfter ?? ShortestRetry)),
        _ => throw new UnreachableException($"no answer for {failure.Code}"),
    };

    private static CallToolResult Busy(EngineFailure failure)
    {
        double seconds = Math.Ceiling((failure.RetryAfter ?? ShortestRetry).TotalSeconds);
        return CallToolResult.Failed(string.Create(CultureInfo.InvariantCulture, $"busy, retry in {seconds} s"));
    }
}
