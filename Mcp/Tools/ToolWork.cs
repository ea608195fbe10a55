using MistralServe.Mcp.Calls;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The work of a tool.
/// </summary>
/// <param name="progress">Told how far it is.</param>
/// <param name="cancellationToken">The client is gone or has cancelled: stop, free everything and throw
/// <see cref="OperationCanceledException"/>; nobody reads the outcome.</param>
/// <returns>A result, failures that the client's model should read included; or, rarely, a protocol error.</returns>
internal delegate ValueTask<ToolOutcome> ToolWork(IToolProgress progress, CancellationToken cancellationToken);
