namespace MistralServe.Inference.Sequences;

/// <summary>Operators of LINQ that order and group; see <see cref="Projection"/>. The items are read when the operator is called.</summary>
internal static class Ordering
{
    /// <summary>The items in ascending order; equal ones keep their order.</summary>
    public static IReadOnlyList<T> Order<T>(this IEnumerable<T> items, IComparer<T>? comparer = null) => items.OrderBy(item => item, comparer);

    /// <summary>The items in ascending order of their keys; equal ones keep their order.</summary>
    public static IReadOnlyList<T> OrderBy<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key, IComparer<TKey>? comparer = null)
    {
        comparer ??= Comparer<TKey>.Default;
        return Sort(items, key, comparer.Compare);
    }

    /// <summary>The items in descending order of their keys; equal ones keep their order.</summary>
    public static IReadOnlyList<T> OrderByDescending<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key, IComparer<TKey>? comparer = null)
    {
        comparer ??= Comparer<TKey>.Default;
        return Sort(items, key, (left, right) => comparer.Compare(right, left));
    }

    /// <summary>The items in reverse order.</summary>
    public static IEnumerable<T> Reverse<T>(this IEnumerable<T> items)
    {
        List<T> all = [.. items];
        for (int i = all.Count - 1; i >= 0; i--)
        {
            yield return all[i];
        }
    }

    /// <summary>The items of each key, keys in the order of their first item.</summary>
    public static IReadOnlyList<Group<TKey, T>> GroupBy<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key) where TKey : notnull
    {
        var groups = new List<Group<TKey, T>>();
        var byKey = new Dictionary<TKey, Group<TKey, T>>();
        foreach (T item in items)
        {
            TKey own = key(item);
            if (!byKey.TryGetValue(own, out Group<TKey, T>? group))
            {
                group = new Group<TKey, T>(own);
                byKey.Add(own, group);
                groups.Add(group);
            }

            group.Add(item);
        }

        return groups;
    }

    // The order of whole numbers is sorted, by key and then by place: one sorting routine for every type, and a stable one.
    private static T[] Sort<T, TKey>(IEnumerable<T> items, Func<T, TKey> key, Comparison<TKey> compare)
    {
        List<T> all = [.. items];
        var keys = new TKey[all.Count];
        int[] order = new int[all.Count];
        for (int i = 0; i < order.Length; i++)
        {
            keys[i] = key(all[i]);
            order[i] = i;
        }

        Array.Sort(order, (left, right) => compare(keys[left], keys[right]) is var difference and not 0 ? difference : left.CompareTo(right));
        var sorted = new T[order.Length];
        for (int i = 0; i < sorted.Length; i++)
        {
            sorted[i] = all[order[i]];
        }

        return sorted;
    }
}

/// <summary>The items of one key, in order.</summary>
internal sealed class Group<TKey, T>(TKey key) : List<T>
{
    public TKey Key => key;
}
