namespace MistralServe.Mcp.Calls;

/// <summary>For callers that did not ask for progress, or cannot be sent any.</summary>
internal sealed class NoProgress : IToolProgress
{
    /// <summary>The one instance.</summary>
    public static NoProgress Instance { get; } = new();

    /// <inheritdoc/>
    public void SetPrompt(int computed, int total)
    {
    }

    /// <inheritdoc/>
    public void SendDelta(int tokens, ReadOnlySpan<byte> text)
    {
    }

    /// <inheritdoc/>
    public ValueTask ReportAsync(double progress, double? total, CancellationToken cancellationToken) => default;
}
