using System.Text.Json;

namespace MistralServe.Mcp.Calls;

/// <summary>A parsed body that several calls of a batch refer to: disposed when the last one lets go. Any thread.</summary>
/// <param name="document">The document.</param>
internal sealed class SharedDocument(JsonDocument document) : IDisposable
{
    private int _owners = 1;

    /// <summary>The parsed value.</summary>
    public JsonElement Root => document.RootElement;

    /// <summary>One more owner, which disposes too.</summary>
    public void Share() => Interlocked.Increment(ref _owners);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _owners) == 0)
        {
            document.Dispose();
        }
    }
}
