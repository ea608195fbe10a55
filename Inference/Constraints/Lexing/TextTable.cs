using System.Text;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>Texts as code points, ascending and without duplicates. Immutable.</summary>
internal sealed class TextTable
{
    private readonly int[][] _texts;

    /// <summary>Sorts the texts.</summary>
    public TextTable(IReadOnlyCollection<string> texts)
    {
        var list = new List<int[]>(texts.Count);
        foreach (string text in texts)
        {
            int[] points = new int[text.Length];
            int count = 0;
            foreach (Rune rune in text.EnumerateRunes())
            {
                points[count++] = rune.Value;
            }

            list.Add(points[..count]);
        }

        list.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        int kept = 0;
        for (int i = 0; i < list.Count; i++)
        {
            if (i == 0 || !list[i].AsSpan().SequenceEqual(list[kept - 1]))
            {
                list[kept++] = list[i];
            }
        }

        _texts = [.. list[..kept]];
    }

    /// <summary>Number of texts.</summary>
    public int Count => _texts.Length;

    /// <summary>A text.</summary>
    public ReadOnlySpan<int> this[int index] => _texts[index];
}
