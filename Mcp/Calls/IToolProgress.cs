namespace MistralServe.Mcp.Calls;

/// <summary>
/// What a running tool tells of its progress. The client sees it only if it asked for it; a tool tells it in any case. Telling
/// never waits for the client, except by <see cref="ReportAsync"/>. Used by one call.
/// </summary>
internal interface IToolProgress
{
    /// <summary>A part of the prompt is computed.</summary>
    /// <param name="computed">Tokens so far.</param>
    /// <param name="total">Tokens of the prompt, above 0.</param>
    void SetPrompt(int computed, int total);

    /// <summary>
    /// More of the answer is there: the seam at which a later protocol's partial results would leave.
    /// </summary>
    /// <param name="tokens">Tokens generated so far.</param>
    /// <param name="text">
    /// UTF-8 text that follows what was told before, whole characters only: all deltas together are a prefix of the result's text.
    /// Empty when only the counter moves.
    /// </param>
    void SendDelta(int tokens, ReadOnlySpan<byte> text);

    /// <summary>Progress of a tool that counts by itself; sent at once and not coalesced.</summary>
    /// <param name="progress">Rises from call to call.</param>
    /// <param name="total">What it rises to; null when that is not known.</param>
    /// <param name="cancellationToken">The call was cancelled.</param>
    ValueTask ReportAsync(double progress, double? total, CancellationToken cancellationToken);
}
