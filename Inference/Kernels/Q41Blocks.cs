using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MistralServe.Inference.Kernels;

/// <summary>
/// Dot products of Q4_1 weights with Q8_1 activations (block formats: ggml-common.h), several at once, so that a block of weights is unpacked once.
/// Each single result takes the same steps in the same order as the library's own kernel for AVX2, and is the same float, bit for bit: a result does
/// not depend on how many are computed together, nor on who computes it. Needs AVX2 and FMA.
/// </summary>
internal static unsafe class Q41Blocks
{
    /// <summary>Weights in a block.</summary>
    public const int Length = 32;

    /// <summary>Bytes of a block of weights: scale and minimum as halves, then 32 numbers of 4 bits.</summary>
    public const int WeightBytes = 20;

    /// <summary>Bytes of the library's block of activations: scale and scaled sum as halves, then 32 bytes.</summary>
    public const int ActivationBytes = 36;

    /// <summary>Columns of a tile.</summary>
    public const int TileColumns = 8;

    /// <summary>Columns of which a tile that is not full may be half.</summary>
    public const int HalfTileColumns = 4;

    /// <summary>Bytes of one block of a tile: the scales of all columns, their sums, then 32 bytes a column.</summary>
    public const int TileBytes = TileColumns * (4 + 4 + Length);

    // What moves the exponent of a half, shifted into a float's place, from bias 15 to 127. Subnormal halves come out right too; infinity does not, and no weight is.
    private const float HalfScale = 5.192296858534828e33f;

    /// <summary>Writes a row of the library's blocks as one column of a tile.</summary>
    public static void PackTile(byte* row, int blocks, byte* tile, int column)
    {
        for (int b = 0; b < blocks; b++, row += ActivationBytes, tile += TileBytes)
        {
            ((float*)tile)[column] = ToSingle(*(ushort*)row);
            ((float*)tile)[TileColumns + column] = ToSingle(*(ushort*)(row + 2));
            Avx.Store(tile + (TileColumns * 8) + (column * Length), Avx.LoadVector256(row + 4));
        }
    }

    /// <summary>A column of a tile that counts for nothing.</summary>
    public static void ClearTile(int blocks, byte* tile, int column)
    {
        for (int b = 0; b < blocks; b++, tile += TileBytes)
        {
            ((float*)tile)[column] = ((float*)tile)[TileColumns + column] = 0;
            Avx.Store(tile + (TileColumns * 8) + (column * Length), Vector256<byte>.Zero);
        }
    }

    /// <summary>Writes a row of the library's blocks as a column of its own: all scales, all sums, then 32 bytes a block.</summary>
    public static void PackColumn(byte* row, int blocks, byte* column)
    {
        float* scales = (float*)column;
        for (int b = 0; b < blocks; b++, row += ActivationBytes)
        {
            scales[b] = ToSingle(*(ushort*)row);
            scales[blocks + b] = ToSingle(*(ushort*)(row + 2));
            Avx.Store((byte*)(scales + (2 * blocks)) + (b * Length), Avx.LoadVector256(row + 4));
        }
    }

    /// <summary>Scales and minima of one row of weights as floats.</summary>
    public static void ReadScales(byte* weights, int blocks, float* scales, float* minima)
    {
        int b = 0;
        for (; b + 8 <= blocks; b += 8, weights += 8 * WeightBytes)
        {
            Vector256<int> both = Vector256.Create(
                *(int*)weights, *(int*)(weights + WeightBytes), *(int*)(weights + (2 * WeightBytes)), *(int*)(weights + (3 * WeightBytes)),
                *(int*)(weights + (4 * WeightBytes)), *(int*)(weights + (5 * WeightBytes)), *(int*)(weights + (6 * WeightBytes)), *(int*)(weights + (7 * WeightBytes)));
            Avx.Store(scales + b, ToSingle(both << 16));
            Avx.Store(minima + b, ToSingle(both));
        }

        for (; b < blocks; b++, weights += WeightBytes)
        {
            scales[b] = ToSingle(*(ushort*)weights);
            minima[b] = ToSingle(*(ushort*)(weights + 2));
        }
    }

    /// <summary>One row of weights with the eight columns of a tile: eight floats.</summary>
    public static void MultiplyTile(byte* weights, int blocks, float* scales, float* minima, byte* tile, float* result)
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default, sums = default;
        float* products = stackalloc float[TileColumns];
        for (int b = 0; b < blocks; b++, weights += WeightBytes, tile += TileBytes)
        {
            Vector256<byte> x = Unpack(weights + 4);
            Avx.Store(products, Avx.Multiply(Avx.BroadcastScalarToVector256(scales + b), Avx.LoadVector256((float*)tile)));
            sums = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(minima + b), Avx.LoadVector256((float*)(tile + 32)), sums);
            a0 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products), Dot(x, tile + 64), a0);
            a1 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products + 1), Dot(x, tile + 96), a1);
            a2 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products + 2), Dot(x, tile + 128), a2);
            a3 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products + 3), Dot(x, tile + 160), a3);
            a4 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products + 4), Dot(x, tile + 192), a4);
            a5 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products + 5), Dot(x, tile + 224), a5);
            a6 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products + 6), Dot(x, tile + 256), a6);
            a7 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products + 7), Dot(x, tile + 288), a7);
        }

        Avx.Store(result, Vector256.Create(Fold(a0, a1, a2, a3), Fold(a4, a5, a6, a7)) + sums);
    }

    /// <summary>One row of weights with the first four columns of a tile: four floats.</summary>
    public static void MultiplyHalfTile(byte* weights, int blocks, float* scales, float* minima, byte* tile, float* result)
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector128<float> sums = default;
        float* products = stackalloc float[HalfTileColumns];
        for (int b = 0; b < blocks; b++, weights += WeightBytes, tile += TileBytes)
        {
            Vector256<byte> x = Unpack(weights + 4);
            Sse.Store(products, Sse.Multiply(Avx.BroadcastScalarToVector128(scales + b), Sse.LoadVector128((float*)tile)));
            sums = Fma.MultiplyAdd(Avx.BroadcastScalarToVector128(minima + b), Sse.LoadVector128((float*)(tile + 32)), sums);
            a0 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products), Dot(x, tile + 64), a0);
            a1 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products + 1), Dot(x, tile + 96), a1);
            a2 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products + 2), Dot(x, tile + 128), a2);
            a3 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(products + 3), Dot(x, tile + 160), a3);
        }

        Sse.Store(result, Fold(a0, a1, a2, a3) + sums);
    }

    /// <summary>Four rows of weights with one column: four floats.</summary>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="scratch">8 × <paramref name="blocks"/> floats.</param>
    public static void MultiplyColumn(byte* weights, nint stride, int blocks, float* scratch, byte* column, float* result)
    {
        float* activationScales = (float*)column;
        float* activationSums = activationScales + blocks;
        byte* y = (byte*)(activationSums + blocks);
        float* p0 = scratch, p1 = p0 + blocks, p2 = p1 + blocks, p3 = p2 + blocks;
        float* m0 = p3 + blocks, m1 = m0 + blocks, m2 = m1 + blocks, m3 = m2 + blocks;
        byte* w0 = weights, w1 = w0 + stride, w2 = w1 + stride, w3 = w2 + stride;
        ReadScales(w0, blocks, p0, m0);
        ReadScales(w1, blocks, p1, m1);
        ReadScales(w2, blocks, p2, m2);
        ReadScales(w3, blocks, p3, m3);
        Scale(p0, activationScales, blocks);
        Scale(p1, activationScales, blocks);
        Scale(p2, activationScales, blocks);
        Scale(p3, activationScales, blocks);
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector128<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (int b = 0; b < blocks; b++, y += Length)
        {
            int at = (b * WeightBytes) + 4;
            Vector128<float> sum = Vector128.CreateScalarUnsafe(activationSums[b]);
            a0 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(p0 + b), Dot(Unpack(w0 + at), y), a0);
            s0 = Fma.MultiplyAddScalar(sum, Vector128.CreateScalarUnsafe(m0[b]), s0);
            a1 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(p1 + b), Dot(Unpack(w1 + at), y), a1);
            s1 = Fma.MultiplyAddScalar(sum, Vector128.CreateScalarUnsafe(m1[b]), s1);
            a2 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(p2 + b), Dot(Unpack(w2 + at), y), a2);
            s2 = Fma.MultiplyAddScalar(sum, Vector128.CreateScalarUnsafe(m2[b]), s2);
            a3 = Fma.MultiplyAdd(Avx.BroadcastScalarToVector256(p3 + b), Dot(Unpack(w3 + at), y), a3);
            s3 = Fma.MultiplyAddScalar(sum, Vector128.CreateScalarUnsafe(m3[b]), s3);
        }

        Sse.Store(result, Fold(a0, a1, a2, a3) + Vector128.Create(s0.ToScalar(), s1.ToScalar(), s2.ToScalar(), s3.ToScalar()));
    }

    private static void Scale(float* numbers, float* factors, int count)
    {
        int i = 0;
        for (; i + 8 <= count; i += 8)
        {
            Avx.Store(numbers + i, Avx.Multiply(Avx.LoadVector256(numbers + i), Avx.LoadVector256(factors + i)));
        }

        for (; i < count; i++)
        {
            numbers[i] *= factors[i];
        }
    }

    private static float ToSingle(ushort half) => ToSingle(Vector256.CreateScalarUnsafe(half << 16)).ToScalar();

    // From the upper half of each number: the shift copies the sign, the mask takes the copies and the lower half away.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ToSingle(Vector256<int> upper) =>
        (Avx2.ShiftRightArithmetic(upper, 3) & Vector256.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector256.Create(HalfScale);

    // 32 numbers of 4 bits: the lower half of all bytes, then the upper one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Unpack(byte* quants) =>
        (Avx2.ShiftRightLogicalVariable(Avx2.BroadcastVector128ToVector256((uint*)quants), Vector256.Create(0u, 0, 0, 0, 4, 4, 4, 4)) & Vector256.Create(0x0F0F0F0Fu)).AsByte();

    // Eight sums of four products. 16 bits are enough: 2 × 15 × 127.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Dot(Vector256<byte> weights, byte* activations) => Avx.ConvertToVector256Single(
        Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(weights, Avx.LoadVector256((sbyte*)activations)), Vector256.Create((short)1)));

    // The sum of each, as ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)).
    private static Vector128<float> Fold(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        Vector128<float> a4 = a.GetLower() + a.GetUpper(), b4 = b.GetLower() + b.GetUpper(), c4 = c.GetLower() + c.GetUpper(), d4 = d.GetLower() + d.GetUpper();
        Vector128<float> ab01 = Sse.UnpackLow(a4, b4), ab23 = Sse.UnpackHigh(a4, b4), cd01 = Sse.UnpackLow(c4, d4), cd23 = Sse.UnpackHigh(c4, d4);
        return (Sse.MoveLowToHigh(ab01, cd01) + Sse.MoveLowToHigh(ab23, cd23)) + (Sse.MoveHighToLow(cd01, ab01) + Sse.MoveHighToLow(cd23, ab23));
    }
}
