using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// Passes over all scores of a vocabulary, four at a time. Scores are by token; NaN is treated as minus infinity by every pass,
/// because each asks "is it greater", which NaN never is. Stateless; any thread.
/// </summary>
internal static class ScoreKernels
{
    private const int Lanes = 4;

    /// <summary>Scores whose highest is found before its place is looked for, which then takes a second look at these only. Ours.</summary>
    private const int SearchLength = 512;

    /// <summary>Finds the first of the highest scores.</summary>
    /// <returns>Index, -1 when none is above minus infinity, and the score. Plus infinity counts as itself.</returns>
    public static (int Index, float Score) FindBest(ReadOnlySpan<float> scores)
    {
        float best = float.NegativeInfinity;
        int bestStart = -1;
        for (int start = 0; start < scores.Length; start += SearchLength)
        {
            float highest = FindHighest(scores.Slice(start, Math.Min(SearchLength, scores.Length - start)));
            if (highest > best)
            {
                best = highest;
                bestStart = start;
            }
        }

        return bestStart < 0 ? (-1, best) : (bestStart + scores[bestStart..].IndexOf(best), best);
    }

    /// <summary>Copies logits to scores: NaN becomes minus infinity, plus infinity the largest finite number.</summary>
    /// <param name="logits">Any floats.</param>
    /// <param name="scores">As long as the logits.</param>
    public static void CopyScores(ReadOnlySpan<float> logits, Span<float> scores)
    {
        ReadOnlySpan<Vector128<float>> from = MemoryMarshal.Cast<float, Vector128<float>>(logits);
        Span<Vector128<float>> to = MemoryMarshal.Cast<float, Vector128<float>>(scores)[..from.Length];
        for (int i = 0; i < from.Length; i++)
        {
            Vector128<float> number = Vector128.ConditionalSelect(Vector128.Equals(from[i], from[i]), from[i], Vector128.Create(float.NegativeInfinity));
            to[i] = Vector128.ConditionalSelect(
                Vector128.GreaterThan(number, Vector128.Create(float.MaxValue)), Vector128.Create(float.MaxValue), number);
        }

        for (int i = from.Length * Lanes; i < logits.Length; i++)
        {
            scores[i] = float.IsNaN(logits[i]) ? float.NegativeInfinity : Math.Min(logits[i], float.MaxValue);
        }
    }

    /// <summary>Computes the standard deviation of the scores above minus infinity.</summary>
    /// <param name="scores">At least one above minus infinity, none above <paramref name="best"/>.</param>
    /// <param name="best">Finite. Distances from it are summed, so that a token left out adds exactly 0.</param>
    public static double ComputeDeviation(ReadOnlySpan<float> scores, float best)
    {
        ReadOnlySpan<Vector128<float>> vectors = MemoryMarshal.Cast<float, Vector128<float>>(scores);
        Vector128<int> minusCount = Vector128<int>.Zero;
        Vector128<double> sums = Vector128<double>.Zero;
        Vector128<double> squares = Vector128<double>.Zero;
        foreach (Vector128<float> vector in vectors)
        {
            Vector128<float> possible = Vector128.GreaterThan(vector, Vector128.Create(float.NegativeInfinity));
            minusCount += possible.AsInt32();
            (Vector128<double> low, Vector128<double> high) =
                Vector128.Widen(Vector128.ConditionalSelect(possible, vector, Vector128.Create(best)));
            low -= Vector128.Create((double)best);
            high -= Vector128.Create((double)best);
            sums += low + high;
            squares += (low * low) + (high * high);
        }

        int count = -Vector128.Sum(minusCount);
        double sum = Vector128.Sum(sums);
        double square = Vector128.Sum(squares);
        for (int i = vectors.Length * Lanes; i < scores.Length; i++)
        {
            if (scores[i] > float.NegativeInfinity)
            {
                double distance = (double)scores[i] - best;
                count++;
                sum += distance;
                square += distance * distance;
            }
        }

        double mean = sum / count;
        return Math.Sqrt(Math.Max(0, (square / count) - (mean * mean)));
    }

    /// <summary>The highest of some scores; minus infinity when there is none above it.</summary>
    public static float FindHighest(ReadOnlySpan<float> block)
    {
        Vector128<float> first = Vector128.Create(float.NegativeInfinity);
        Vector128<float> second = first;
        ReadOnlySpan<Vector128<float>> vectors = MemoryMarshal.Cast<float, Vector128<float>>(block);
        int i = 0;
        for (; i < vectors.Length - 1; i += 2)
        {
            first = Higher(vectors[i], first);
            second = Higher(vectors[i + 1], second);
        }

        if (i < vectors.Length)
        {
            first = Higher(vectors[i], first);
        }

        first = Higher(first, second);
        float highest = Math.Max(Math.Max(first[0], first[1]), Math.Max(first[2], first[3]));
        for (int tail = vectors.Length * Lanes; tail < block.Length; tail++)
        {
            highest = block[tail] > highest ? block[tail] : highest;
        }

        return highest;
    }

    // Not Vector128.Max, which answers NaN when one operand is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Higher(Vector128<float> candidate, Vector128<float> best) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(candidate, best), candidate, best);
}
