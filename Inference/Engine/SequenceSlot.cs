using System.Runtime.InteropServices;

namespace MistralServe.Inference.Engine;

/// <summary>One sequence of the context: what its KV cache holds and who uses it. Engine thread only.</summary>
internal sealed class SequenceSlot(int id)
{
    /// <summary>Sequence id in the batch.</summary>
    public int Id { get; } = id;

    /// <summary>Tokens whose keys and values are in the cache, in order: position i holds token i. Kept after a request as a cached prefix.</summary>
    public List<int> Tokens { get; } = [];

    /// <summary>The choice that uses it; null when it is free.</summary>
    public ChoiceState? Choice { get; set; }

    /// <summary>Counter value of its last use; the smallest is the least recently used.</summary>
    public long LastUsed { get; set; }

    /// <summary>Forgets the tokens from a position on; the caller has told the model.</summary>
    public void Truncate(int count) => Tokens.RemoveRange(count, Tokens.Count - count);

    /// <summary>Length of the common start of its tokens and a prompt.</summary>
    public int CountCommonPrefix(ReadOnlySpan<int> prompt) => CollectionsMarshal.AsSpan(Tokens).CommonPrefixLength(prompt);
}
