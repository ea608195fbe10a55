namespace MistralServe.Inference.Sequences;

/// <summary>Operators of LINQ that make one value of the items; see <see cref="Projection"/>.</summary>
internal static class Reduction
{
    /// <summary>Whether there is an item.</summary>
    public static bool Any<T>(this IEnumerable<T> items)
    {
        using IEnumerator<T> all = items.GetEnumerator();
        return all.MoveNext();
    }

    /// <summary>Whether an item meets the condition.</summary>
    public static bool Any<T>(this IEnumerable<T> items, Func<T, bool> condition)
    {
        foreach (T item in items)
        {
            if (condition(item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether no item fails the condition.</summary>
    public static bool All<T>(this IEnumerable<T> items, Func<T, bool> condition)
    {
        foreach (T item in items)
        {
            if (!condition(item))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the item is among the items. A collection is asked itself.</summary>
    public static bool Contains<T>(this IEnumerable<T> items, T sought) =>
        items is ICollection<T> collection ? collection.Contains(sought) : items.Contains(sought, EqualityComparer<T>.Default);

    /// <summary>Whether an equal of the item is among the items.</summary>
    public static bool Contains<T>(this IEnumerable<T> items, T sought, IEqualityComparer<T> comparer)
    {
        foreach (T item in items)
        {
            if (comparer.Equals(item, sought))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether both have equal items in the same order.</summary>
    public static bool SequenceEqual<T>(this IEnumerable<T> items, IEnumerable<T> others, IEqualityComparer<T>? comparer = null)
    {
        comparer ??= EqualityComparer<T>.Default;
        using IEnumerator<T> other = others.GetEnumerator();
        foreach (T item in items)
        {
            if (!other.MoveNext() || !comparer.Equals(item, other.Current))
            {
                return false;
            }
        }

        return !other.MoveNext();
    }

    /// <summary>How many items there are.</summary>
    public static int Count<T>(this IEnumerable<T> items)
    {
        if (items is ICollection<T> collection)
        {
            return collection.Count;
        }

        int count = 0;
        foreach (T _ in items)
        {
            count++;
        }

        return count;
    }

    /// <summary>How many items meet the condition.</summary>
    public static int Count<T>(this IEnumerable<T> items, Func<T, bool> condition)
    {
        int count = 0;
        foreach (T item in items)
        {
            count += condition(item) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The first item. Throws when there is none: that is a bug of the caller.</summary>
    public static T First<T>(this IEnumerable<T> items) => items.First(static _ => true);

    /// <summary>The first item that meets the condition. Throws when there is none: that is a bug of the caller.</summary>
    public static T First<T>(this IEnumerable<T> items, Func<T, bool> condition)
    {
        foreach (T item in items)
        {
            if (condition(item))
            {
                return item;
            }
        }

        throw new InvalidOperationException("No item meets the condition.");
    }

    /// <summary>The first item, or the default value.</summary>
    public static T? FirstOrDefault<T>(this IEnumerable<T> items) => items.FirstOrDefault(static _ => true);

    /// <summary>The first item that meets the condition, or the default value.</summary>
    public static T? FirstOrDefault<T>(this IEnumerable<T> items, Func<T, bool> condition)
    {
        foreach (T item in items)
        {
            if (condition(item))
            {
                return item;
            }
        }

        return default;
    }

    /// <summary>The last item, or the default value.</summary>
    public static T? LastOrDefault<T>(this IEnumerable<T> items)
    {
        T? last = default;
        foreach (T item in items)
        {
            last = item;
        }

        return last;
    }

    /// <summary>The result of a step over all items, from a first value on.</summary>
    public static TResult Aggregate<T, TResult>(this IEnumerable<T> items, TResult start, Func<TResult, T, TResult> step)
    {
        TResult result = start;
        foreach (T item in items)
        {
            result = step(result, item);
        }

        return result;
    }

    /// <summary>The sum of the items. Throws when it overflows.</summary>
    public static int Sum(this IEnumerable<int> items) => items.Aggregate(0, static (sum, item) => checked(sum + item));

    /// <inheritdoc cref="Sum(IEnumerable{int})"/>
    public static long Sum(this IEnumerable<long> items) => items.Aggregate(0L, static (sum, item) => checked(sum + item));

    /// <summary>The sum of one number of each item. Throws when it overflows.</summary>
    public static int Sum<T>(this IEnumerable<T> items, Func<T, int> number) => items.Aggregate(0, (sum, item) => checked(sum + number(item)));

    /// <inheritdoc cref="Sum{T}(IEnumerable{T}, Func{T, int})"/>
    public static long Sum<T>(this IEnumerable<T> items, Func<T, long> number) => items.Aggregate(0L, (sum, item) => checked(sum + number(item)));

    /// <summary>The sum of one number of each item.</summary>
    public static double Sum<T>(this IEnumerable<T> items, Func<T, double> number) => items.Aggregate(0.0, (sum, item) => sum + number(item));

    /// <summary>The smallest item. Throws when there is none.</summary>
    public static T Min<T>(this IEnumerable<T> items) => items.MinBy(static item => item);

    /// <summary>The smallest of one value of each item. Throws when there is no item.</summary>
    public static TKey Min<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key) => items.Select(key).Min();

    /// <summary>The greatest item. Throws when there is none.</summary>
    public static T Max<T>(this IEnumerable<T> items) => items.MaxBy(static item => item);

    /// <summary>The greatest of one value of each item. Throws when there is no item.</summary>
    public static TKey Max<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key) => items.Select(key).Max();

    /// <summary>The first item with the smallest key. Throws when there is no item: that is a bug of the caller.</summary>
    public static T MinBy<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key) => Best(items, key, -1);

    /// <summary>The first item with the greatest key. Throws when there is no item: that is a bug of the caller.</summary>
    public static T MaxBy<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key) => Best(items, key, 1);

    /// <summary>The items as an array.</summary>
    public static T[] ToArray<T>(this IEnumerable<T> items) => items.ToList().ToArray();

    /// <summary>The items as a list.</summary>
    public static List<T> ToList<T>(this IEnumerable<T> items) => new(items);

    /// <summary>The items as a set.</summary>
    public static HashSet<T> ToHashSet<T>(this IEnumerable<T> items, IEqualityComparer<T>? comparer = null) => new(items, comparer);

    /// <summary>A dictionary of one key and one value of each item. Throws when a key occurs twice.</summary>
    public static Dictionary<TKey, TValue> ToDictionary<T, TKey, TValue>(
        this IEnumerable<T> items, Func<T, TKey> key, Func<T, TValue> value, IEqualityComparer<TKey>? comparer = null) where TKey : notnull
    {
        var result = new Dictionary<TKey, TValue>(comparer);
        foreach (T item in items)
        {
            result.Add(key(item), value(item));
        }

        return result;
    }

    private static T Best<T, TKey>(IEnumerable<T> items, Func<T, TKey> key, int direction)
    {
        using IEnumerator<T> all = items.GetEnumerator();
        if (!all.MoveNext())
        {
            throw new InvalidOperationException("There is no item.");
        }

        T best = all.Current;
        TKey bestKey = key(best);
        while (all.MoveNext())
        {
            TKey next = key(all.Current);
            if (Math.Sign(Comparer<TKey>.Default.Compare(next, bestKey)) == direction)
            {
                (best, bestKey) = (all.Current, next);
            }
        }

        return best;
    }
}
