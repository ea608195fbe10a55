namespace MistralServe.Inference.Sampling;

/// <summary>
/// Mirostat version 2: a bound on the surprise of a token, in bits, that is corrected after each token so that the surprise
/// stays near a goal. One a sequence; owned by one thread. Source: Basu et al., arXiv 2007.14966, algorithm 2.
/// </summary>
/// <param name="tau">The goal, in bits a token.</param>
/// <param name="eta">Share of the error that a token corrects.</param>
internal sealed class Mirostat(float tau, float eta)
{
    /// <summary>Greatest surprise allowed at the next token, in bits; may be negative. Starts at twice the goal.</summary>
    public double Bound { get; private set; } = 2.0 * tau;

    /// <summary>
    /// Draws a token among those whose surprise is within the bound, the best one in any case, and corrects the bound by the
    /// surprise of the token drawn, as seen after truncation.
    /// </summary>
    /// <param name="candidates">With the temperature applied.</param>
    /// <param name="draw">In 0..1, 1 excluded.</param>
    /// <returns>Index of the token.</returns>
    public int Draw(ref Candidates candidates, double draw)
    {
        candidates.KeepWeightsFrom(Math.Min(1, candidates.Total * Math.Pow(2, -Bound)));
        int index = candidates.Draw(draw);
        double surprise = -Math.Log2(candidates.Weights[index] / candidates.Total);
        Bound -= eta * (surprise - tau);
        return index;
    }
}
