using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp;

/// <summary>The answer to one request, for any transport.</summary>
/// <param name="Message">A whole JSON-RPC response: compact, one line.</param>
/// <param name="Error">The error in it; null when it holds a result.</param>
internal readonly record struct McpReply(ReadOnlyMemory<byte> Message, McpError? Error);
