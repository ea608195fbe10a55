using System.Text.Json;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Calls;

/// <summary>
/// Serves the messages of a connection whose answers all leave on one way (the legacy event stream, stdio): batches, cancellation,
/// the handshake's version, calls. Messages of one connection come one after the other.
/// </summary>
/// <param name="dispatcher">Answers requests.</param>
internal sealed class MessageRouter(McpDispatcher dispatcher)
{
    /// <summary>Takes the messages apart that a body or a line holds.</summary>
    /// <param name="root">The parsed value.</param>
    /// <param name="version">Revision that the client is taken to speak, for batches; null when it is not one.</param>
    /// <returns>The messages, invalid ones among them only in a batch; or why there are none.</returns>
    public static (JsonRpcMessage[] Messages, McpError? Error, JsonElement Id) Read(JsonElement root, string? version)
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            (JsonRpcMessage[] messages, McpError? error) = BatchRules.Read(root, version);
            return (messages, error, default);
        }

        JsonRpcMessage message = JsonRpcMessage.Read(root);
        return message.Kind == JsonRpcMessageKind.Invalid ? ([], McpError.NotAMessage(), message.Id) : ([message], null, default);
    }

    /// <summary>
    /// Serves one message. Its answer comes in the connection's outbox.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="calls">The connection.</param>
    /// <param name="context">How it speaks.</param>
    /// <param name="document">Document that the message is part of.</param>
    /// <param name="cancellationToken">The connection is gone.</param>
    public async ValueTask ServeAsync(
        JsonRpcMessage message, CallSet calls, CallContext context, SharedDocument document, CancellationToken cancellationToken)
    {
        switch (message.Kind)
        {
            case JsonRpcMessageKind.Invalid:
                await calls.Outbox.WriteAsync(JsonRpcWriter.Error(message.Id, McpError.NotAMessage()), cancellationToken).ConfigureAwait(false);
                break;
            case JsonRpcMessageKind.Notification when message.Method == Cancelled:
                calls.Running.Cancel(message.Param("requestId"u8));
                break;
            case JsonRpcMessageKind.Request:
                if (message.Method == "initialize" && context.Era == McpEra.Legacy)
                {
                    calls.Version = McpDispatcher.Negotiate(message);
                }

                await calls.BeginAsync(dispatcher.Prepare(message, context), message.Id, document).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>Method of the notification that cancels a call.</summary>
    public const string Cancelled = "notifications/cancelled";
}
