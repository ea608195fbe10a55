namespace MistralServe.Inference.Constraints.Vocabulary;

/// <summary>
/// Bounds the memory of all cached masks of a process. What was not used since it was last looked at goes first. Any thread; only
/// new masks come here.
/// </summary>
/// <param name="maxBytes">Bytes that all masks may take.</param>
internal sealed class MaskBudget(long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<CachedMask> _entries = new();
    private long _bytes;

    /// <summary>Bytes that the masks take.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Adds a mask that its owner holds; makes room by taking others from theirs.</summary>
    public void Add(CachedMask mask)
    {
        lock (_lock)
        {
            _entries.Enqueue(mask);
            _bytes += mask.Bytes;
            while (_bytes > maxBytes && _entries.Count > 1)
            {
                CachedMask oldest = _entries.Dequeue();
                if (oldest.TakeUsed())
                {
                    _entries.Enqueue(oldest);
                    continue;
                }

                _bytes -= oldest.Bytes;
                oldest.Drop();
            }
        }
    }
}
