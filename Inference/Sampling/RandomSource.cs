using System.Numerics;
using System.Runtime.InteropServices;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// The generator of a request: the same seed gives the same numbers on every machine and in every release. The algorithm is
/// xoshiro256**, its four words of state are the first four outputs of SplitMix64 started at the seed. Owned by one thread.
/// Source: D. Blackman and S. Vigna, "Scrambled Linear Pseudorandom Number Generators"; their public-domain reference code
/// at https://prng.di.unimi.it (xoshiro256starstar.c, splitmix64.c).
/// </summary>
internal sealed class RandomSource
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts the sequence that belongs to a seed; every 64-bit value is allowed, negative ones too.</summary>
    public RandomSource(long seed)
    {
        ulong state = unchecked((ulong)seed);
        _s0 = NextSplitMix64(ref state);
        _s1 = NextSplitMix64(ref state);
        _s2 = NextSplitMix64(ref state);
        _s3 = NextSplitMix64(ref state);
    }

    /// <summary>Starts from the four words of state; not all may be zero. For checks against published sequences.</summary>
    public RandomSource(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    /// <summary>A seed for a request that names none; from the operating system's entropy, not for secrets. Any thread.</summary>
    public static long NewSeed()
    {
        long seed = 0;
        Random.Shared.NextBytes(MemoryMarshal.AsBytes(new Span<long>(ref seed)));
        return seed;
    }

    /// <summary>Next output of SplitMix64; <paramref name="state"/> goes on by its constant step.</summary>
    public static ulong NextSplitMix64(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Next 64 bits.</summary>
    public ulong NextUInt64()
    {
        ulong result = unchecked(BitOperations.RotateLeft(_s1 * 5, 7) * 9);
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Next number in 0..1 (1 excluded): the upper 53 bits of one output, times 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));
}
