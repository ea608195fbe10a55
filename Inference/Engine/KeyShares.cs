namespace MistralServe.Inference.Engine;

/// <summary>
/// What each key has in the engine, waiting or running, in answers. A key that has its share is refused while others are served, so that one
/// caller cannot fill the queue. Any thread.
/// </summary>
/// <param name="limit">Most answers of one key at a time.</param>
internal sealed class KeyShares(int limit)
{
    private readonly Lock _lock = new();

    // Keys that have something, so that names which come and go leave nothing behind.
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);

    /// <summary>Most answers of one key at a time.</summary>
    public int Limit { get; } = limit;

    /// <summary>Answers that a key has now.</summary>
    public int CountOf(string key)
    {
        lock (_lock)
        {
            return _used.GetValueOrDefault(key);
        }
    }

    /// <summary>Takes a part of a key's share. Null when that would be more than the share.</summary>
    public KeyShare? TryTake(string key, int count)
    {
        lock (_lock)
        {
            int used = _used.GetValueOrDefault(key);
            if (used > Limit - count)
            {
                return null;
            }

            _used[key] = used + count;
            return new KeyShare(this, key, count);
        }
    }

    /// <summary>Gives a part back. For <see cref="KeyShare"/>.</summary>
    internal void Return(string key, int count)
    {
        lock (_lock)
        {
            int left = _used[key] - count;
            if (left == 0)
            {
                _used.Remove(key);
            }
            else
            {
                _used[key] = left;
            }
        }
    }
}

/// <summary>A part of a key's share that a request holds from its arrival to its end. Any thread; giving it back twice is harmless.</summary>
internal sealed class KeyShare(KeyShares owner, string key, int count) : IDisposable
{
    private int _returned;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            owner.Return(key, count);
        }
    }
}
