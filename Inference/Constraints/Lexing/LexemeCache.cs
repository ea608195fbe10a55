using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Runtime.InteropServices;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>
/// The compiled texts of all grammars: equal ones are compiled once, and have their masks in common. Bounded; any thread.
/// </summary>
internal sealed class LexemeCache
{
    // Ours: an ordinary text takes some KiB.
    private const int MaxCount = 1_024;
    private const long MaxBytes = 32 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<(UInt128, TextEncoding, bool), DfaLexeme> _known = [];
    private readonly Queue<(UInt128, TextEncoding, bool)> _order = new();
    private long _bytes;

    /// <summary>
    /// A compiled text, from the cache when it is there.
    /// </summary>
    /// <returns>Null when the budget is used up, which then says why.</returns>
    public DfaLexeme? GetOrCompile(Pattern pattern, TextEncoding encoding, bool isCounted, ConstraintVocabulary vocabulary, CompileBudget budget)
    {
        if (pattern.Size > budget.Limits.MaxNodes)
        {
            budget.GiveUp($"A pattern of it has more than {budget.Limits.MaxNodes:N0} parts, which is the limit.");
            return null;
        }

        if (Fingerprint(pattern, budget) is not { } fingerprint)
        {
            return null;
        }

        (UInt128, TextEncoding, bool) key = (fingerprint, encoding, isCounted);
        lock (_lock)
        {
            if (_known.TryGetValue(key, out DfaLexeme? known))
            {
                return known;
            }
        }

        if (CodePointAutomaton.Create(pattern, budget) is not { } points
            || ByteAutomatonBuilder.Build(points, encoding, budget) is not { } bytes
            || DfaLexeme.Create(bytes, isCounted, vocabulary.GetAnyText(encoding), vocabulary, budget) is not { } lexeme)
        {
            return null;
        }

        Add(key, lexeme);
        return lexeme;
    }

    private void Add((UInt128, TextEncoding, bool) key, DfaLexeme lexeme)
    {
        lock (_lock)
        {
            if (!_known.TryAdd(key, lexeme))
            {
                return;
            }

            _order.Enqueue(key);
            _bytes += lexeme.Bytes;
            while (_order.Count > 1 && (_order.Count > MaxCount || _bytes > MaxBytes))
            {
                (UInt128, TextEncoding, bool) oldest = _order.Dequeue();
                _bytes -= _known[oldest].Bytes;
                _known.Remove(oldest);
            }
        }
    }

    private static UInt128? Fingerprint(Pattern pattern, CompileBudget budget)
    {
        var description = new ArrayBufferWriter<byte>();
        Describe(description, pattern, budget);
        return budget.IsExhausted ? null : BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(description.WrittenSpan));
    }

    private static void Describe(ArrayBufferWriter<byte> description, Pattern pattern, CompileBudget budget)
    {
        if (!budget.Spend() || !budget.MayRecurse())
        {
            return;
        }

        description.Write(MemoryMarshal.AsBytes<int>([(int)pattern.Kind, pattern.Min, pattern.Max ?? -1, pattern.Parts.Count, pattern.Set.Ranges.Length, pattern.Texts.Count]));
        foreach ((int first, int last) in pattern.Set.Ranges)
        {
            description.Write(MemoryMarshal.AsBytes<int>([first, last]));
        }

        foreach (string text in pattern.Texts)
        {
            description.Write(MemoryMarshal.AsBytes<int>([text.Length]));
            description.Write(MemoryMarshal.AsBytes<char>(text));
        }

        foreach (Pattern part in pattern.Parts)
        {
            Describe(description, part, budget);
        }
    }
}
