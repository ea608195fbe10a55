namespace MistralServe.Mcp.Protocol;

/// <summary>Answer to <c>ping</c> (legacy era): empty.</summary>
internal sealed record PingResult : McpResult;
