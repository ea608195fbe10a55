using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace MistralServe.Inference.Kernels;

/// <summary>
/// The product of a matrix of Q4_1 weights with some columns of activations, as an operation of the library's graph (<c>GGML_OP_CUSTOM</c>): its threads call
/// it all at once, each with its number. Allocates nothing.
/// </summary>
internal static unsafe class Q41Product
{
    // Fewer columns than this go one by one: half a tile takes about as long as two of them.
    private const int MinTileColumns = 3;

    // Rows of weights that a thread takes at once: what stays in the first cache beside a tile, and a multiple of four.
    private const int TileChunk = 16;
    private const int ColumnChunk = 64;

    /// <summary>Whether this code can run here. Constant false in a program compiled for less.</summary>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>Bytes of <see cref="ProductState.Activations"/> that a product needs.</summary>
    public static long CountActivationBytes(long columns, long length) =>
        CountTiles(columns) * (length / Q41Blocks.Length) * Q41Blocks.TileBytes;

    /// <summary>Bytes of scratch memory that a thread needs.</summary>
    public static long CountScratchBytes(long length) => length / Q41Blocks.Length * ((TileChunk * 2 * sizeof(float)) + Q41Blocks.ActivationBytes + 4);

    /// <summary>The operation, with the library's signature of one.</summary>
    /// <param name="product">The result: a float for each row of its first source (weights) and each column of its second one.</param>
    /// <param name="thread">0 to <paramref name="threads"/> - 1.</param>
    /// <param name="work">The product's <see cref="ProductWork"/>.</param>
    [UnmanagedCallersOnly(EntryPoint = "mistralserve_multiply_q4_1", CallConvs = [typeof(CallConvCdecl)])]
    public static void Multiply(GgmlTensor* product, int thread, int threads, ProductWork* work)
    {
        GgmlTensor* weights = product->src.First;
        int blocks = (int)(weights->ne[0] / Q41Blocks.Length);
        int columns = (int)product->ne[1];
        int rows = (int)product->ne[0];
        byte* scratch = work->State->Scratch + (thread * work->State->ScratchStride);
        if (work->MustPack != 0)
        {
            Pack(product->src.Second, work->State, blocks, columns, thread, threads, scratch);
            Interlocked.Increment(ref work->Arrived);
            while (Volatile.Read(ref work->Arrived) < threads)
            {
                X86Base.Pause();
            }
        }

        bool byTile = IsByTile(columns);
        int chunk = byTile ? TileChunk : ColumnChunk;
        for (long row = Take(work, chunk); row < rows; row = Take(work, chunk))
        {
            int count = (int)Math.Min(chunk, rows - row);
            byte* first = weights->data + (row * weights->nb[1]);
            float* result = (float*)product->data + row;
            nint resultStride = (nint)(product->nb[1] / sizeof(float));
            if (byTile)
            {
                MultiplyTiles(first, (nint)weights->nb[1], count, blocks, columns, work->State->Activations, (float*)scratch, result, resultStride);
            }
            else
            {
                MultiplyColumns(first, (nint)weights->nb[1], count, blocks, columns, work->State->Activations, (float*)scratch, result, resultStride);
            }
        }
    }

    private static bool IsByTile(int columns) => columns >= MinTileColumns;

    private static long CountTiles(long columns) => (columns + Q41Blocks.TileColumns - 1) / Q41Blocks.TileColumns;

    private static long Take(ProductWork* work, int chunk) => (Interlocked.Increment(ref work->NextChunk) - 1L) * chunk;

    private static void Pack(GgmlTensor* activations, ProductState* state, int blocks, int columns, int thread, int threads, byte* row)
    {
        bool byTile = IsByTile(columns);
        long padded = byTile ? CountTiles(columns) * Q41Blocks.TileColumns : columns;
        for (int column = thread; column < padded; column += threads)
        {
            byte* tile = state->Activations + ((long)(column / Q41Blocks.TileColumns) * blocks * Q41Blocks.TileBytes);
            int place = column % Q41Blocks.TileColumns;
            if (column >= columns)
            {
                Q41Blocks.ClearTile(blocks, tile, place);
                continue;
            }

            state->Quantize((float*)(activations->data + (column * activations->nb[1])), row, (long)blocks * Q41Blocks.Length);
            if (byTile)
            {
                Q41Blocks.PackTile(row, blocks, tile, place);
            }
            else
            {
                Q41Blocks.PackColumn(row, blocks, tile + (place * ColumnBytes(blocks)));
            }
        }
    }

    private static int ColumnBytes(int blocks) => blocks * Q41Blocks.TileBytes / Q41Blocks.TileColumns;

    private static void MultiplyTiles(byte* weights, nint stride, int rows, int blocks, int columns, byte* tile, float* scratch, float* result, nint resultStride)
    {
        float* minima = scratch + (TileChunk * blocks);
        for (int r = 0; r < rows; r++)
        {
            Q41Blocks.ReadScales(weights + (r * stride), blocks, scratch + (r * blocks), minima + (r * blocks));
        }

        float* block = stackalloc float[TileChunk * Q41Blocks.TileColumns];
        for (int column = 0; column < columns; column += Q41Blocks.TileColumns, tile += (long)blocks * Q41Blocks.TileBytes)
        {
            int valid = Math.Min(Q41Blocks.TileColumns, columns - column);
            for (int r = 0; r < rows; r++)
            {
                float* eight = block + (r * Q41Blocks.TileColumns);
                if (valid <= Q41Blocks.HalfTileColumns)
                {
                    Q41Blocks.MultiplyHalfTile(weights + (r * stride), blocks, scratch + (r * blocks), minima + (r * blocks), tile, eight);
                }
                else
                {
                    Q41Blocks.MultiplyTile(weights + (r * stride), blocks, scratch + (r * blocks), minima + (r * blocks), tile, eight);
                }
            }

            for (int c = 0; c < valid; c++)
            {
                float* target = result + ((column + c) * resultStride);
                for (int r = 0; r < rows; r++)
                {
                    target[r] = block[(r * Q41Blocks.TileColumns) + c];
                }
            }
        }
    }

    private static void MultiplyColumns(byte* weights, nint stride, int rows, int blocks, int columns, byte* activations, float* scratch, float* result, nint resultStride)
    {
        for (int c = 0; c < columns; c++)
        {
            for (int r = 0; r < rows; r += 4)
            {
                Q41Blocks.MultiplyColumn(weights + (r * stride), stride, blocks, scratch, activations + (c * ColumnBytes(blocks)), result + (c * resultStride) + r);
            }
        }
    }
}
