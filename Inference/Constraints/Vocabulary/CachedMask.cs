namespace MistralServe.Inference.Constraints.Vocabulary;

/// <summary>A mask that somebody holds as long as there is room for it. Its content is immutable.</summary>
internal abstract class CachedMask
{
    private bool _isUsed;

    /// <summary>Bytes it takes, shared parts not counted.</summary>
    public abstract int Bytes { get; }

    /// <summary>Notes that it was useful. Any thread; a lost note costs nothing but time.</summary>
    public void MarkUsed() => _isUsed = true;

    /// <summary>Whether it was useful since the last call.</summary>
    public bool TakeUsed()
    {
        bool isUsed = _isUsed;
        _isUsed = false;
        return isUsed;
    }

    /// <summary>Makes the owner forget it. Any thread.</summary>
    public abstract void Drop();
}
