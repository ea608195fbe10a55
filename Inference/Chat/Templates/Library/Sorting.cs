namespace MistralServe.Inference.Chat.Templates.Library;

/// <summary>A sort that keeps the order of equals, as Python's; and lets a fault of the comparison through, unlike .NET's.</summary>
internal static class Sorting
{
    /// <summary>The elements in order.</summary>
    public static List<T> Sort<T>(TemplateBudget budget, IReadOnlyList<T> items, Func<T, T, int> compare)
    {
        budget.Take(items.Count);
        T[] from = [.. items], to = new T[items.Count];
        for (int width = 1; width < from.Length; width *= 2)
        {
            for (int start = 0; start < from.Length; start += 2 * width)
            {
                int middle = Math.Min(start + width, from.Length), end = Math.Min(start + 2 * width, from.Length);
                int left = start, right = middle;
                for (int i = start; i < end; i++)
                {
                    to[i] = left < middle && (right >= end || compare(from[right], from[left]) != -1) ? from[left++] : from[right++];
                }
            }

            (from, to) = (to, from);
        }

        return [.. from];
    }
}
