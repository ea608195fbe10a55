using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// The exponential function of four numbers at once. 128-bit vectors are what a portable native build has on every machine
/// (wider ones are compiled out of it), and the plain multiplications and additions give the same bits everywhere.
/// </summary>
internal static class VectorExp
{
    /// <summary>Least argument. Ours: the result there is still a normal number, and e^-86 of a best of 1 never matters.</summary>
    public const float LowestArgument = -86f;

    // Adding this number rounds to a whole one and leaves that in the low bits of the sum.
    private const float RoundingShift = 12_582_912f; // 1.5 × 2^23

    /// <summary>
    /// Computes e^x for x in <see cref="LowestArgument"/>..0 with a relative error below 2^-22; for other x the result means
    /// nothing. Source: range reduction and polynomial of Cephes 2.2, expf.c.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp(Vector128<float> x)
    {
        Vector128<float> shifted = (x * 1.44269504f) + Vector128.Create(RoundingShift);
        Vector128<float> power = shifted - Vector128.Create(RoundingShift);

        // x = power × ln 2 + rest; ln 2 in two parts, of which the first times a power is exact.
        Vector128<float> rest = x - (power * 0.693359375f) - (power * -2.12194440e-4f);

        // The terms in pairs: a chain of dependent steps half as long as one term after the other, and it is the chain that counts.
        Vector128<float> square = rest * rest;
        Vector128<float> high = (Vector128.Create(1.9875691500e-4f) * rest) + Vector128.Create(1.3981999507e-3f);
        Vector128<float> middle = (Vector128.Create(8.3334519073e-3f) * rest) + Vector128.Create(4.1665795894e-2f);
        Vector128<float> low = (Vector128.Create(1.6666665459e-1f) * rest) + Vector128.Create(5.0000001201e-1f);
        Vector128<float> sum = (((((high * square) + middle) * square) + low) * square) + (rest + Vector128<float>.One);

        // Adding to the exponent bits multiplies by 2^power.
        return (sum.AsInt32() + Vector128.ShiftLeft(shifted.AsInt32(), 23)).AsSingle();
    }
}
