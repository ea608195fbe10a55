using System.Text.Json;

namespace MistralServe.Tests.Embedding;

/// <summary>Texts with their token counts and the vectors that the original float32 model gives for them.</summary>
internal sealed record EmbeddingReference(string Text, int Tokens, float[] Vector)
{
    public const string Model = "models/all-MiniLM-L6-v2-Q8_0.gguf";

    /// <summary>What the acceptance asks for; 8-bit weights alone cost about 0.0005.</summary>
    public const double LeastCosine = 0.998;

    public static List<EmbeddingReference> Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Shared("models/all-MiniLM-L6-v2-reference.json")));
        return [.. document.RootElement.EnumerateArray().Select(item => new EmbeddingReference(
            item.GetProperty("text").GetString()!,
            item.GetProperty("tokens").GetInt32(),
            [.. item.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle())]))];
    }

    /// <summary>Asserts length 1 and a cosine to the reference that is close enough.</summary>
    public void ExpectMatch(ReadOnlySpan<float> vector)
    {
        double product = 0, length = 0, own = 0;
        for (int i = 0; i < Vector.Length; i++)
        {
            product += (double)vector[i] * Vector[i];
            length += (double)vector[i] * vector[i];
            own += (double)Vector[i] * Vector[i];
        }

        Assert.Equal(Vector.Length, vector.Length);
        Assert.Equal(1, Math.Sqrt(length), 1e-5);
        Assert.InRange(product / Math.Sqrt(length * own), LeastCosine, 1.0000001);
    }
}
