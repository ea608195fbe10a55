using MistralServe.Inference.Constraints.Machine;

namespace MistralServe.Inference.Constraints;

/// <summary>Compiled grammars by the hash of their description; the least recently used go first. Any thread.</summary>
internal sealed class CompiledCache
{
    // Ours: an ordinary grammar takes some tens of KiB, one of thousands of members some MiB.
    private const int MaxCount = 256;
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly RecentlyUsed<UInt128, CompiledGrammar> _known = new(MaxCount, MaxBytes);

    /// <summary>A grammar; null when it is not there.</summary>
    /// <param name="hash">At least 16 bytes of a cryptographic hash.</param>
    public CompiledGrammar? Find(ReadOnlySpan<byte> hash) => _known.Find(Key(hash));

    /// <summary>Keeps a grammar.</summary>
    /// <inheritdoc cref="Find"/>
    public void Add(ReadOnlySpan<byte> hash, CompiledGrammar grammar) => _known.Add(Key(hash), grammar, grammar.Bytes);

    private static UInt128 Key(ReadOnlySpan<byte> hash) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
}
