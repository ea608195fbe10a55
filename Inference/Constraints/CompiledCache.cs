using MistralServe.Inference.Constraints.Machine;

namespace MistralServe.Inference.Constraints;

/// <summary>Compiled grammars by the hash of their description; the least recently used go first. Any thread.</summary>
internal sealed class CompiledCache
{
    // Ours: an ordinary grammar takes some tens of KiB, one of thousands of members some MiB.
    private const int MaxCount = 256;
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, LinkedListNode<(UInt128 Key, CompiledGrammar Grammar)>> _known = [];
    private readonly LinkedList<(UInt128 Key, CompiledGrammar Grammar)> _order = [];
    private long _bytes;

    /// <summary>A grammar; null when it is not there.</summary>
    /// <param name="hash">At least 16 bytes of a cryptographic hash.</param>
    public CompiledGrammar? Find(ReadOnlySpan<byte> hash)
    {
        lock (_lock)
        {
            if (!_known.TryGetValue(Key(hash), out LinkedListNode<(UInt128 Key, CompiledGrammar Grammar)>? node))
            {
                return null;
            }

            _order.Remove(node);
            _order.AddLast(node);
            return node.Value.Grammar;
        }
    }

    /// <summary>Keeps a grammar.</summary>
    /// <inheritdoc cref="Find"/>
    public void Add(ReadOnlySpan<byte> hash, CompiledGrammar grammar)
    {
        UInt128 key = Key(hash);
        lock (_lock)
        {
            if (_known.ContainsKey(key))
            {
                return;
            }

            _known.Add(key, _order.AddLast((key, grammar)));
            _bytes += grammar.Bytes;
            while (_order.Count > 1 && (_order.Count > MaxCount || _bytes > MaxBytes))
            {
                (UInt128 oldest, CompiledGrammar dropped) = _order.First!.Value;
                _order.RemoveFirst();
                _known.Remove(oldest);
                _bytes -= dropped.Bytes;
            }
        }
    }

    private static UInt128 Key(ReadOnlySpan<byte> hash) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
}
