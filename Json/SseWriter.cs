using System.IO.Pipelines;

namespace MistralServe.Json;

/// <summary>
/// Writes server-sent events: they collect in a buffer until <see cref="FlushAsync"/> hands them to the response in one
/// write, so that every chunk of the body holds whole events. One loop owns it, because a pipe has one writer.
/// </summary>
/// <remarks>
/// Not written straight into the pipe: the server makes one HTTP chunk of each segment of its own, an event would be cut
/// where a segment ends, and clients that take a read for an event would lose it.
/// </remarks>
/// <param name="output">The response's body writer.</param>
internal sealed class SseWriter(PipeWriter output) : SseFrames
{
    /// <summary>Sends what is pending in one write, and the headers of the response in any case. Waits while the client reads slowly.</summary>
    /// <returns>False when the client is gone: write nothing more.</returns>
    public async ValueTask<bool> FlushAsync(CancellationToken aborted)
    {
        try
        {
            // An empty write would leave the headers where they are.
            FlushResult result = HasPending ? await output.WriteAsync(Pending, aborted) : await output.FlushAsync(aborted);
            Clear();
            return !result.IsCompleted && !result.IsCanceled && !aborted.IsCancellationRequested;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false;
        }
    }
}
