using System.Numerics;

namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>A set of bytes. A value; mutable where it is held.</summary>
internal struct ByteSet
{
    private ulong _word0;
    private ulong _word1;
    private ulong _word2;
    private ulong _word3;

    /// <summary>All bytes.</summary>
    public static ByteSet All { get; } = new() { _word0 = ulong.MaxValue, _word1 = ulong.MaxValue, _word2 = ulong.MaxValue, _word3 = ulong.MaxValue };

    /// <summary>Number of members.</summary>
    public readonly int Count => BitOperations.PopCount(_word0) + BitOperations.PopCount(_word1) + BitOperations.PopCount(_word2) + BitOperations.PopCount(_word3);

    /// <summary>Whether a byte is a member.</summary>
    public readonly bool Contains(byte value) => (Word(value >> 6) >> (value & 63) & 1) != 0;

    /// <summary>Adds a byte.</summary>
    public void Add(byte value)
    {
        ulong bit = 1UL << (value & 63);
        switch (value >> 6)
        {
            case 0:
                _word0 |= bit;
                break;
            case 1:
                _word1 |= bit;
                break;
            case 2:
                _word2 |= bit;
                break;
            default:
                _word3 |= bit;
                break;
        }
    }

    /// <summary>Adds the members of another.</summary>
    public void Add(in ByteSet other)
    {
        _word0 |= other._word0;
        _word1 |= other._word1;
        _word2 |= other._word2;
        _word3 |= other._word3;
    }

    /// <summary>The lowest member from a byte on; -1 when there is none.</summary>
    /// <param name="from">0 to 256.</param>
    public readonly int Next(int from)
    {
        while (from < 256)
        {
            ulong rest = Word(from >> 6) >> (from & 63);
            if (rest != 0)
            {
                return from + BitOperations.TrailingZeroCount(rest);
            }

            from = (from | 63) + 1;
        }

        return -1;
    }

    private readonly ulong Word(int index) => index switch { 0 => _word0, 1 => _word1, 2 => _word2, _ => _word3 };
}
