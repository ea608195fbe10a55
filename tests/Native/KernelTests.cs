using System.Runtime.InteropServices;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Kernels;
using MistralServe.Inference.Native;

namespace MistralServe.Tests.Native;

/// <summary>Our products of Q4_1 weights against the library's own: the same floats, bit for bit.</summary>
[Collection("native")]
public sealed unsafe class KernelTests
{
    private const int TypeQ41 = 3;
    private const int TypeQ81 = 9;

    [Theory]
    [InlineData(32, 1)]
    [InlineData(96, 4)]
    [InlineData(576, 1)]
    [InlineData(576, 3)]
    [InlineData(576, 8)]
    [InlineData(1536, 13)]
    [InlineData(288, 64)]
    public void A_product_is_the_librarys_bit_for_bit(int length, int columns)
    {
        Assert.SkipUnless(Q41Product.IsSupported, "the processor has no AVX2");
        LlamaReference.LoadLibraries();
        const int Rows = 148; // not a multiple of what a thread takes at once
        int blocks = length / Q41Blocks.Length;
        byte[] weights = new byte[Rows * blocks * Q41Blocks.WeightBytes];
        float[] activations = new float[columns * length];
        float[] result = new float[columns * Rows];
        var random = new Random(length + columns);
        GgmlTypeTraitsCpu* library = NativeRuntime.FindTypeTraits(TypeQ41);
        delegate* unmanaged[Cdecl]<float*, byte*, long, void> quantize = NativeRuntime.FindTypeTraits(TypeQ81)->from_float;
        long scratchBytes = Q41Product.CountScratchBytes(length) + 64;
        byte[] scratch = new byte[2 * scratchBytes], packed = new byte[Q41Product.CountActivationBytes(columns, length)];
        fixed (byte* w = weights, s = scratch, p = packed)
        fixed (float* a = activations, r = result)
        {
            Fill(activations, random, 3);
            float[] row = new float[length];
            for (int i = 0; i < Rows; i++)
            {
                Fill(row, random, 0.1);
                fixed (float* numbers = row)
                {
                    library->from_float(numbers, w + (i * blocks * Q41Blocks.WeightBytes), length);
                }
            }

            // Weights of the smallest and of negative scales come too, and zeros.
            new Span<byte>(w, Q41Blocks.WeightBytes).Clear();
            (w[20], w[21], w[22], w[23]) = (0x01, 0x80, 0x03, 0x00);
            var state = new ProductState { Quantize = quantize, Activations = p, Scratch = s, ScratchStride = scratchBytes };
            Run(&state, w, a, r, length, columns, Rows);
            byte[] activationRow = new byte[blocks * Q41Blocks.ActivationBytes];
            fixed (byte* y = activationRow)
            {
                for (int c = 0; c < columns; c++)
                {
                    quantize(a + (c * length), y, length);
                    for (int i = 0; i < Rows; i++)
                    {
                        float expected;
                        library->vec_dot(length, &expected, 0, w + (i * blocks * Q41Blocks.WeightBytes), 0, y, 0, 1);
                        Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(result[(c * Rows) + i]));
                    }
                }
            }
        }
    }

    [Fact]
    public void A_variant_without_AVX2_keeps_the_librarys_product() =>
        Assert.All(CpuVariant.All, variant => Assert.True(variant.Needs.HasFlag(CpuFeatures.Avx2 | CpuFeatures.Fma) || !KernelLibrary.HasProduct(variant), variant.Name));

    [Fact]
    public void Logits_of_a_model_are_the_librarys_bit_for_bit_whatever_the_batch()
    {
        Assert.SkipUnless(Q41Product.IsSupported, "the processor has no AVX2");
        string path = RepositoryFiles.Shared("models/SmolLM2-135M-Instruct-Q4_1.gguf");
        int[] batches = [1, 3, 7, 20, 300, 1, 1];
        List<int> own = LogitBits(path, batches, ownKernels: true), library = LogitBits(path, batches, ownKernels: false);
        Assert.Equal(batches.Length * 49152, own.Count);
        Assert.Equal(library, own);
    }

    private static void Fill(Span<float> numbers, Random random, double range)
    {
        foreach (ref float number in numbers)
        {
            number = (float)((random.NextDouble() - 0.5) * range);
        }
    }

    // As the library does: two threads that call it at once.
    private static void Run(ProductState* state, byte* weights, float* activations, float* result, int length, int columns, int rows)
    {
        delegate* unmanaged[Cdecl]<GgmlTensor*, int, int, ProductWork*, void> multiply = KernelLibrary.FindProduct(NativeRuntime.Variant!);
        GgmlTensor* tensors = (GgmlTensor*)NativeMemory.AllocZeroed(3, (nuint)sizeof(GgmlTensor));
        ProductWork* work = (ProductWork*)NativeMemory.AllocZeroed((nuint)sizeof(ProductWork));
        GgmlTensor* product = tensors, first = tensors + 1, second = tensors + 2;
        first->ne[0] = second->ne[0] = length;
        first->ne[1] = product->ne[0] = rows;
        second->ne[1] = product->ne[1] = columns;
        first->nb[1] = length / Q41Blocks.Length * Q41Blocks.WeightBytes;
        second->nb[1] = length * sizeof(float);
        product->nb[1] = rows * sizeof(float);
        first->data = weights;
        second->data = (byte*)activations;
        product->data = (byte*)result;
        product->src.First = first;
        product->src.Second = second;
        work->State = state;
        work->MustPack = 1;
        var other = new Thread(() => multiply(product, 1, 2, work));
        other.Start();
        multiply(product, 0, 2, work);
        other.Join();
        NativeMemory.Free(tensors);
        NativeMemory.Free(work);
    }

    private static List<int> LogitBits(string path, int[] batches, bool ownKernels)
    {
        LlamaReference.LoadLibraries();
        (LlamaRunner? runner, string? problem) = LlamaRunner.Load(path, new LlamaContextOptions(512, 1, 512, 2) { OwnKernels = ownKernels }, _ => true);
        Assert.True(runner is not null, problem);
        using (runner)
        {
            var bits = new List<int>();
            int position = 0;
            foreach (int batch in batches)
            {
                BatchRow[] rows = [.. Enumerable.Range(0, batch).Select(i => new BatchRow(100 + ((position + i) * 37 % 40000), position + i, 0, i == batch - 1))];
                Assert.Equal(DecodeResult.Done, runner.Decode(rows));
                foreach (float logit in runner.GetLogits(batch - 1))
                {
                    bits.Add(BitConverter.SingleToInt32Bits(logit));
                }

                position += batch;
            }

            return bits;
        }
    }
}
