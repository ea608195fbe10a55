namespace MistralServe.Inference.Engine;

/// <summary>What a key has of its share at a moment.</summary>
/// <param name="Limit">Most answers at a time.</param>
/// <param name="Used">Answers that wait or run.</param>
/// <param name="Reset">Estimate of the time until none does.</param>
internal sealed record ShareState(int Limit, int Used, TimeSpan Reset)
{
    /// <summary>Answers that may still be asked for.</summary>
    public int Remaining => Limit - Used;
}
