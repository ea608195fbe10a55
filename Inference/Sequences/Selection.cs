namespace MistralServe.Inference.Sequences;

/// <summary>Operators of LINQ that choose among items; see <see cref="Projection"/>. Lazy.</summary>
internal static class Selection
{
    /// <summary>The items that meet the condition.</summary>
    public static IEnumerable<T> Where<T>(this IEnumerable<T> items, Func<T, bool> condition)
    {
        foreach (T item in items)
        {
            if (condition(item))
            {
                yield return item;
            }
        }
    }

    /// <summary>The items that meet the condition together with their index.</summary>
    public static IEnumerable<T> Where<T>(this IEnumerable<T> items, Func<T, int, bool> condition)
    {
        int index = 0;
        foreach (T item in items)
        {
            if (condition(item, index++))
            {
                yield return item;
            }
        }
    }

    /// <summary>At most <paramref name="count"/> items from the start; none for a count below 1, and then nothing is read.</summary>
    public static IEnumerable<T> Take<T>(this IEnumerable<T> items, int count)
    {
        if (count <= 0)
        {
            yield break;
        }

        foreach (T item in items)
        {
            yield return item;
            if (--count == 0)
            {
                yield break;
            }
        }
    }

    /// <summary>The items behind the first <paramref name="count"/>.</summary>
    public static IEnumerable<T> Skip<T>(this IEnumerable<T> items, int count)
    {
        foreach (T item in items)
        {
            if (count > 0)
            {
                count--;
            }
            else
            {
                yield return item;
            }
        }
    }

    /// <summary>The items without the last <paramref name="count"/>.</summary>
    public static IEnumerable<T> SkipLast<T>(this IEnumerable<T> items, int count)
    {
        List<T> all = [.. items];
        for (int i = 0; i < all.Count - Math.Max(count, 0); i++)
        {
            yield return all[i];
        }
    }

    /// <summary>The items before the first that does not meet the condition.</summary>
    public static IEnumerable<T> TakeWhile<T>(this IEnumerable<T> items, Func<T, bool> condition)
    {
        foreach (T item in items)
        {
            if (!condition(item))
            {
                yield break;
            }

            yield return item;
        }
    }

    /// <summary>The items of both, one after the other.</summary>
    public static IEnumerable<T> Concat<T>(this IEnumerable<T> items, IEnumerable<T> more)
    {
        foreach (T item in items)
        {
            yield return item;
        }

        foreach (T item in more)
        {
            yield return item;
        }
    }

    /// <summary>The items and one more behind them.</summary>
    public static IEnumerable<T> Append<T>(this IEnumerable<T> items, T last) => items.Concat([last]);

    /// <summary>The items and one more before them.</summary>
    public static IEnumerable<T> Prepend<T>(this IEnumerable<T> items, T first) => new[] { first }.Concat(items);

    /// <summary>The items without repetition, each where it comes first.</summary>
    public static IEnumerable<T> Distinct<T>(this IEnumerable<T> items, IEqualityComparer<T>? comparer = null)
    {
        var seen = new HashSet<T>(comparer);
        foreach (T item in items)
        {
            if (seen.Add(item))
            {
                yield return item;
            }
        }
    }

    /// <summary>The first item of each key.</summary>
    public static IEnumerable<T> DistinctBy<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key)
    {
        var seen = new HashSet<TKey>();
        foreach (T item in items)
        {
            if (seen.Add(key(item)))
            {
                yield return item;
            }
        }
    }

    /// <summary>The items that are not among the others, without repetition.</summary>
    public static IEnumerable<T> Except<T>(this IEnumerable<T> items, IEnumerable<T> others, IEqualityComparer<T>? comparer = null)
    {
        var seen = new HashSet<T>(others, comparer);
        foreach (T item in items)
        {
            if (seen.Add(item))
            {
                yield return item;
            }
        }
    }

    /// <summary>The items of both without repetition, each where it comes first.</summary>
    public static IEnumerable<T> Union<T>(this IEnumerable<T> items, IEnumerable<T> others, IEqualityComparer<T>? comparer = null) =>
        items.Concat(others).Distinct(comparer);

    /// <summary>Parts of <paramref name="size"/> items (at least 1), the last one perhaps shorter.</summary>
    public static IEnumerable<T[]> Chunk<T>(this IEnumerable<T> items, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var part = new List<T>();
        foreach (T item in items)
        {
            part.Add(item);
            if (part.Count == size)
            {
                yield return part.ToArray();
                part.Clear();
            }
        }

        if (part.Count > 0)
        {
            yield return part.ToArray();
        }
    }
}
