namespace MistralServe.Inference.Sequences;

/// <summary>
/// The operators of LINQ that the program uses, as plain methods and iterators; this file and its neighbours stand in for System.Linq,
/// which is not among the global usings. The framework's go through generic virtual methods, for which native compilation makes code for
/// every pair of item and result type in the program: with values as items that was a third of the binary. Names, order, laziness
/// and results are the framework's; there is no fast path by kind of collection. Any thread.
/// </summary>
internal static class Projection
{
    /// <summary>Each item's result, in order.</summary>
    public static IEnumerable<TResult> Select<TItem, TResult>(this IEnumerable<TItem> items, Func<TItem, TResult> selector)
    {
        foreach (TItem item in items)
        {
            yield return selector(item);
        }
    }

    /// <summary>The result of each item and its index, in order.</summary>
    public static IEnumerable<TResult> Select<TItem, TResult>(this IEnumerable<TItem> items, Func<TItem, int, TResult> selector)
    {
        int index = 0;
        foreach (TItem item in items)
        {
            yield return selector(item, index++);
        }
    }

    /// <summary>All results of all items, in order.</summary>
    public static IEnumerable<TResult> SelectMany<TItem, TResult>(this IEnumerable<TItem> items, Func<TItem, IEnumerable<TResult>> selector)
    {
        foreach (TItem item in items)
        {
            foreach (TResult result in selector(item))
            {
                yield return result;
            }
        }
    }

    /// <summary>All results of all items with their index, in order.</summary>
    public static IEnumerable<TResult> SelectMany<TItem, TResult>(this IEnumerable<TItem> items, Func<TItem, int, IEnumerable<TResult>> selector)
    {
        int index = 0;
        foreach (TItem item in items)
        {
            foreach (TResult result in selector(item, index++))
            {
                yield return result;
            }
        }
    }

    /// <summary>The items as the type asked for. Throws on one that is of another: that is a bug of the caller.</summary>
    public static IEnumerable<TResult> Cast<TResult>(this System.Collections.IEnumerable items)
    {
        foreach (object? item in items)
        {
            yield return (TResult)item!;
        }
    }

    /// <summary>The items that are of the type asked for.</summary>
    public static IEnumerable<TResult> OfType<TResult>(this System.Collections.IEnumerable items)
    {
        foreach (object? item in items)
        {
            if (item is TResult result)
            {
                yield return result;
            }
        }
    }

    /// <summary>Pairs of the items at the same place; ends with the shorter side.</summary>
    public static IEnumerable<(TFirst First, TSecond Second)> Zip<TFirst, TSecond>(this IEnumerable<TFirst> first, IEnumerable<TSecond> second) =>
        first.Zip(second, static (one, other) => (one, other));

    /// <summary>The result of each pair of items at the same place; ends with the shorter side.</summary>
    public static IEnumerable<TResult> Zip<TFirst, TSecond, TResult>(
        this IEnumerable<TFirst> first, IEnumerable<TSecond> second, Func<TFirst, TSecond, TResult> selector)
    {
        using IEnumerator<TSecond> others = second.GetEnumerator();
        foreach (TFirst item in first)
        {
            if (!others.MoveNext())
            {
                yield break;
            }

            yield return selector(item, others.Current);
        }
    }
}
