using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using MistralServe.Json;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Stdio;

/// <summary>
/// MCP over a pair of streams, for hosts that start the server as a child process: one compact JSON message a line, both ways.
/// Source: specification 2026-07-28 basic/transports/stdio.
/// </summary>
/// <param name="dispatcher">Answers requests.</param>
/// <param name="timings">How often progress is told.</param>
/// <param name="maxLineBytes">Longest message that is read.</param>
internal sealed class StdioServer(McpDispatcher dispatcher, StreamTimings timings, long maxLineBytes)
{
    // Calls at a time. Ours: as many as the engine's queue takes by default.
    private const int MaxCalls = 64;

    private readonly MessageRouter _router = new(dispatcher);

    /// <summary>Serves until the input ends or is told to stop; calls that run then are cancelled.</summary>
    /// <param name="input">Messages of the client.</param>
    /// <param name="output">Messages to the client, and nothing else.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(Stream input, Stream output, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var calls = new CallSet(MaxCalls, timings, end.Token);
        Task writing = WriteAsync(calls, output, end);
        Task reading = ReadAsync(input, calls, end.Token);
        await Task.WhenAny(reading, writing).ConfigureAwait(false);
        try
        {
            // When nobody reads our answers the input may stay open, and a read of it cannot be cancelled: it is left behind.
            await (reading.IsCompleted ? reading : Task.CompletedTask).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Told to stop.
        }

        await end.CancelAsync().ConfigureAwait(false);
        await calls.CloseAsync().ConfigureAwait(false);
        await writing.ConfigureAwait(false);
    }

    private async Task ReadAsync(Stream input, CallSet calls, CancellationToken stop)
    {
        PipeReader reader = PipeReader.Create(input);
        bool isSkipping = false;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(stop).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } newline)
            {
                ReadOnlySequence<byte> line = buffer.Slice(0, newline);
                buffer = buffer.Slice(buffer.GetPosition(1, newline));
                if (!isSkipping)
                {
                    await ServeLineAsync(line.ToArray(), calls, stop).ConfigureAwait(false);
                }

                isSkipping = false;
            }

            if (buffer.Length > maxLineBytes)
            {
                if (!isSkipping)
                {
                    await RefuseAsync(calls, new(McpErrorKind.BodyTooLarge, "The message is larger than this server accepts."), default, stop).ConfigureAwait(false);
                }

                // The rest of the line comes in parts that are thrown away.
                isSkipping = true;
                buffer = buffer.Slice(buffer.End);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private async ValueTask ServeLineAsync(byte[] line, CallSet calls, CancellationToken stop)
    {
        if (line.AsSpan().Trim(" \t\r"u8).IsEmpty)
        {
            return;
        }

        if (JsonRpcReader.Parse(line) is not { } parsed)
        {
            var error = new McpError(
                McpErrorKind.Parse, $"Parse error: a line must be one JSON value in UTF-8, at most {JsonText.MaxDepth} levels deep.");
            await RefuseAsync(calls, error, default, stop).ConfigureAwait(false);
            return;
        }

        using var document = new SharedDocument(parsed);
        string version = calls.Version ?? ProtocolVersions.AssumedWithoutHeader;
        (JsonRpcMessage[] messages, McpError? unread, JsonElement id) = MessageRouter.Read(document.Root, version);
        if (unread is not null)
        {
            await RefuseAsync(calls, unread, id, stop).ConfigureAwait(false);
            return;
        }

        foreach (JsonRpcMessage message in messages)
        {
            bool isModern = MessageEra.Of(message) == McpEra.Modern;
            if (isModern && message.Kind == JsonRpcMessageKind.Request && MessageEra.CheckVersion(message) is { } unsupported)
            {
                await RefuseAsync(calls, unsupported, message.Id, stop).ConfigureAwait(false);
                continue;
            }

            CallContext context = isModern
                ? new(McpEra.Modern, "", ProtocolVersions.Modern)
                : new(McpEra.Legacy, "", version);
            await _router.ServeAsync(message, calls, context, document, stop).ConfigureAwait(false);
        }
    }

    private static ValueTask RefuseAsync(CallSet calls, McpError error, JsonElement id, CancellationToken stop) =>
        calls.Outbox.WriteAsync(JsonRpcWriter.Error(id, error), stop);

    private static async Task WriteAsync(CallSet calls, Stream output, CancellationTokenSource end)
    {
        try
        {
            await foreach (ReadOnlyMemory<byte> message in calls.Outbox.Reader.ReadAllAsync(end.Token).ConfigureAwait(false))
            {
                // One write a message: a reader that takes a write for a message is not disappointed.
                byte[] line = [.. message.Span, (byte)'\n'];
                await output.WriteAsync(line, end.Token).ConfigureAwait(false);
                await output.FlushAsync(end.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The host is gone: stop reading, too.
            await end.CancelAsync().ConfigureAwait(false);
        }
    }
}
