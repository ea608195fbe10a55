namespace MistralServe.Inference;

/// <summary>What was used last, within bounds; the least recently used goes first. Any thread.</summary>
/// <typeparam name="TKey">What it is found by.</typeparam>
/// <typeparam name="TValue">What is kept; not changed any more.</typeparam>
/// <param name="maxCount">Most values.</param>
/// <param name="maxBytes">Most bytes of all values. One value is kept even when it is larger.</param>
internal sealed class RecentlyUsed<TKey, TValue>(int maxCount, long maxBytes)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _known = [];
    private readonly LinkedList<Entry> _order = [];
    private long _bytes;

    /// <summary>A value, which is then the last that was used; null when it is not there.</summary>
    public TValue? Find(TKey key)
    {
        lock (_lock)
        {
            if (!_known.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                return null;
            }

            _order.Remove(node);
            _order.AddLast(node);
            return node.Value.Value;
        }
    }

    /// <summary>Keeps a value, in the place of one that has the same key.</summary>
    /// <param name="key">What it will be found by.</param>
    /// <param name="value">The value.</param>
    /// <param name="bytes">Bytes that it takes.</param>
    public void Add(TKey key, TValue value, long bytes)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(key, out LinkedListNode<Entry>? other))
            {
                Remove(other);
            }

            _known.Add(key, _order.AddLast(new Entry(key, value, bytes)));
            _bytes += bytes;
            while (_order.Count > 1 && (_order.Count > maxCount || _bytes > maxBytes))
            {
                Remove(_order.First!);
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _order.Remove(node);
        _known.Remove(node.Value.Key);
        _bytes -= node.Value.Bytes;
    }

    private sealed class Entry(TKey key, TValue value, long bytes)
    {
        public TKey Key => key;

        public TValue Value => value;

        public long Bytes => bytes;
    }
}
