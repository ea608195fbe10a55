using System.Text.Json;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Calls;

/// <summary>
/// A request that was looked at: answered already, or work to be run. Only tools make work; everything that can be refused was
/// refused before. The request's document must live until the work is done.
/// </summary>
internal sealed class McpCall
{
    private readonly Func<IToolProgress, CancellationToken, ValueTask<McpReply>>? _run;
    private readonly Func<CallToolResult, McpReply>? _answer;
    private readonly McpReply _reply;

    /// <summary>A request that is answered.</summary>
    public McpCall(McpReply reply) => _reply = reply;

    /// <summary>A request that takes a while.</summary>
    /// <param name="run">Does the work; failures are replies.</param>
    /// <param name="answer">Makes the response of a result.</param>
    /// <param name="progressToken">The client's progress token; <see cref="JsonValueKind.Undefined"/> when it asked for none.</param>
    public McpCall(
        Func<IToolProgress, CancellationToken, ValueTask<McpReply>> run, Func<CallToolResult, McpReply> answer, JsonElement progressToken)
    {
        _run = run;
        _answer = answer;
        ProgressToken = progressToken;
    }

    /// <summary>Whether there is work to do; else <see cref="RunAsync"/> has its answer at once.</summary>
    public bool IsLong => _run is not null;

    /// <summary>The client's progress token; <see cref="JsonValueKind.Undefined"/> when it asked for none.</summary>
    public JsonElement ProgressToken { get; }

    /// <summary>Runs the work. Once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<McpReply> RunAsync(IToolProgress progress, CancellationToken cancellationToken) =>
        _run is null ? new(_reply) : _run(progress, cancellationToken);

    /// <summary>The response to work that is not begun, because its connection has enough.</summary>
    public ReadOnlyMemory<byte> Busy() => _answer!(CallToolResult.Failed("busy, retry in 1 s")).Message;
}
