namespace MistralServe;

/// <summary>
/// <c>Select</c> as a plain iterator, which all code below this namespace finds before the framework's. The framework's goes through
/// generic virtual methods, for which native compilation makes code for every pair of item and result type in the program: with
/// values as items that was several megabytes of the binary. Lazy, and any thread, like the framework's.
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
}
