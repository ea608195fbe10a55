namespace MistralServe.Inference.Sequences;

/// <summary>Sequences made from nothing; see <see cref="Projection"/>. Lazy.</summary>
internal static class Sequence
{
    /// <summary><paramref name="count"/> whole numbers from <paramref name="start"/> on.</summary>
    public static IEnumerable<int> Range(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Numbers(start, count);
    }

    /// <summary>The same item <paramref name="count"/> times.</summary>
    public static IEnumerable<T> Repeat<T>(T item, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Numbers(0, count).Select(_ => item);
    }

    private static IEnumerable<int> Numbers(int start, int count)
    {
        for (int i = 0; i < count; i++)
        {
            yield return start + i;
        }
    }
}
