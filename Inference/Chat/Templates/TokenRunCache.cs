namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// Tokens of stretches of text that prompts had before. A conversation is sent whole at each turn, and the tokens of its earlier messages stay the
/// same: what stands between two control tokens is tokenised by itself. The least recently used go first. Any thread.
/// </summary>
internal sealed class TokenRunCache
{
    /// <summary>Shortest text that is kept, in bytes. Ours: below, looking it up costs as much as tokenising it.</summary>
    public const int MinLength = 64;

    /// <summary>Most bytes of texts and tokens together. Ours: some conversations of the longest contexts.</summary>
    public const long MaxBytes = 8 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, LinkedListNode<Run>> _known = [];
    private readonly LinkedList<Run> _order = [];
    private long _bytes;

    /// <summary>The tokens of a text; null when they are not there. Not to be changed.</summary>
    /// <param name="text">UTF-8.</param>
    public int[]? Find(ReadOnlySpan<byte> text)
    {
        int key = Key(text);
        lock (_lock)
        {
            if (!_known.TryGetValue(key, out LinkedListNode<Run>? node) || !text.SequenceEqual(node.Value.Text))
            {
                return null;
            }

            _order.Remove(node);
            _order.AddLast(node);
            return node.Value.Tokens;
        }
    }

    /// <summary>Keeps the tokens of a text, in the place of another with the same hash.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="tokens">Its tokens; not to be changed any more.</param>
    public void Add(ReadOnlySpan<byte> text, int[] tokens)
    {
        var run = new Run(Key(text), text.ToArray(), tokens);
        if (run.Bytes > MaxBytes / 2)
        {
            return;
        }

        lock (_lock)
        {
            if (_known.TryGetValue(run.Key, out LinkedListNode<Run>? other))
            {
                Remove(other);
            }

            _known.Add(run.Key, _order.AddLast(run));
            _bytes += run.Bytes;
            while (_bytes > MaxBytes)
            {
                Remove(_order.First!);
            }
        }
    }

    private void Remove(LinkedListNode<Run> node)
    {
        _order.Remove(node);
        _known.Remove(node.Value.Key);
        _bytes -= node.Value.Bytes;
    }

    // Seeded at random by the runtime: nobody can make texts that collide.
    private static int Key(ReadOnlySpan<byte> text)
    {
        var hash = default(HashCode);
        hash.AddBytes(text);
        return hash.ToHashCode();
    }

    private sealed record Run(int Key, byte[] Text, int[] Tokens)
    {
        // With what the objects around them take.
        public long Bytes => Text.Length + (4L * Tokens.Length) + 256;
    }
}
