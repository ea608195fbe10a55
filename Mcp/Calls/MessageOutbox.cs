using System.Threading.Channels;

namespace MistralServe.Mcp.Calls;

/// <summary>
/// Messages on their way to one client: many calls write, one loop of the transport reads and sends. Bounded; a writer waits
/// while the client reads slowly, and what it would have sent meanwhile is coalesced at its side.
/// </summary>
internal sealed class MessageOutbox
{
    // Ours: a few messages, so that those that are ready share one write.
    private const int Capacity = 16;

    private readonly Channel<ReadOnlyMemory<byte>> _messages = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, AllowSynchronousContinuations = false });

    /// <summary>The transport's side: whole JSON-RPC messages, compact, one line each.</summary>
    public ChannelReader<ReadOnlyMemory<byte>> Reader => _messages.Reader;

    /// <summary>Hands a message over; any thread. After <see cref="Complete"/> it does nothing.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was room.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        while (!_messages.Writer.TryWrite(message))
        {
            if (!await _messages.Writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Nothing more will come: the transport's loop ends when it has sent the rest.</summary>
    public void Complete() => _messages.Writer.TryComplete();
}
