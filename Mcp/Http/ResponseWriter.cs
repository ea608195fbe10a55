using System.IO.Pipelines;

namespace MistralServe.Mcp.Http;

/// <summary>
/// Writes the body of a response to a client that may have stopped reading. The listener's own limit is a rate, counted over all that
/// is pending: a client that reads nothing of nine megabytes is given ten hours. Here every part has to leave within a limit; else the
/// connection is cut, and with it goes all that it holds. One writer at a time.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="stallLimit">Longest wait for the client to take a part.</param>
internal sealed class ResponseWriter(HttpContext context, TimeSpan stallLimit)
{
    /// <summary>
    /// Bytes of a part. Ours: what the server buffers for a connection, so that whoever reads a few kilobytes a second is slow, and not
    /// stalled. An event that fits is one chunk of the body, which some clients take for granted.
    /// </summary>
    public const int PartBytes = 64 * 1024;

    /// <summary>Sends bytes, and the headers in any case. Waits while the client reads slowly.</summary>
    /// <returns>False when the client is gone or does not read: write nothing more.</returns>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        PipeWriter output = context.Response.BodyWriter;
        CancellationToken aborted = context.RequestAborted;
        try
        {
            do
            {
                ReadOnlyMemory<byte> part = bytes[..Math.Min(bytes.Length, PartBytes)];
                bytes = bytes[part.Length..];

                // An empty write would leave the headers where they are.
                Task<FlushResult> writing = part.IsEmpty ? output.FlushAsync(aborted).AsTask() : output.WriteAsync(part, aborted).AsTask();
                await WaitAsync(writing).ConfigureAwait(false);
                FlushResult result = await writing.ConfigureAwait(false);
                if (result.IsCompleted || result.IsCanceled || aborted.IsCancellationRequested)
                {
                    return false;
                }
            }
            while (!bytes.IsEmpty);
            return true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private async ValueTask WaitAsync(Task writing)
    {
        try
        {
            await writing.WaitAsync(stallLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The write that is pending ends with the connection.
            context.Abort();
        }
    }
}
