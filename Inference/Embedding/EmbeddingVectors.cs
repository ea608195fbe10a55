namespace MistralServe.Inference.Embedding;

/// <summary>What is done to a vector after the model. Any thread.</summary>
internal static class EmbeddingVectors
{
    /// <summary>
    /// The first <paramref name="dimensions"/> floats, scaled to length 1 (L2). Zeros stay zeros.
    /// </summary>
    /// <returns>A vector of its own, or null when the model gave something that is no number.</returns>
    public static float[]? Normalize(ReadOnlySpan<float> vector, int dimensions)
    {
        float[] result = vector[..dimensions].ToArray();

        // In double: the squares of thousands of floats do not overflow, and equal vectors give equal lengths.
        double squares = 0;
        foreach (float value in result)
        {
            squares += (double)value * value;
        }

        if (!double.IsFinite(squares))
        {
            return null;
        }

        double scale = squares > 0 ? 1 / Math.Sqrt(squares) : 0;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (float)(result[i] * scale);
        }

        return result;
    }
}
