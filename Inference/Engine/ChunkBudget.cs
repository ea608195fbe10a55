namespace MistralServe.Inference.Engine;

/// <summary>
/// How many prompt tokens one decode call may take, from the speed measured so far: running streams wait for a chunk between two of
/// their tokens, and a cancel is seen between two chunks. Engine thread only.
/// </summary>
/// <param name="batchSize">Most rows of one call.</param>
internal sealed class ChunkBudget(int batchSize)
{
    // Ours: a pause that a reader of streamed text hardly notices; half of it made long prompts wait half as long again.
    private static readonly TimeSpan BesideStreams = TimeSpan.FromMilliseconds(200);

    // Ours: how long a cancel or a new request may have to wait when nobody, or fewer than wait, stream.
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(1);

    /// <summary>Fewer rows of one sequence take the slow path of the fused attention kernel; a multiple of it fills the others too.</summary>
    public const int Step = 64;

    private double _tokensPerSecond;

    /// <summary>Rows for the next call.</summary>
    /// <param name="streams">Sequences that generate.</param>
    /// <param name="prompts">Sequences that wait for their first token.</param>
    public int GetRows(int streams, int prompts)
    {
        // While more wait for their first token than stream, the pause is worth it: all of them decode together sooner.
        bool besideStreams = streams > 0 && prompts <= streams;
        if (_tokensPerSecond == 0)
        {
            return Math.Min(batchSize, besideStreams ? Step : 4 * Step);
        }

        double rows = _tokensPerSecond * (besideStreams ? BesideStreams : Alone).TotalSeconds;
        return Math.Min(batchSize, Math.Max(Step, (int)(rows / Step) * Step));
    }

    /// <summary>Takes note of a call that computed prompt tokens only.</summary>
    public void Learn(int rows, TimeSpan elapsed)
    {
        // Short calls are mostly fixed cost.
        if (rows >= Step && elapsed > TimeSpan.Zero)
        {
            double speed = rows / elapsed.TotalSeconds;
            _tokensPerSecond = _tokensPerSecond == 0 ? speed : 0.7 * _tokensPerSecond + 0.3 * speed;
        }
    }
}
