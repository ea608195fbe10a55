namespace MistralServe.Inference.Gguf;

/// <summary>
/// How a tensor's elements are stored: blocks of elements, each of a fixed number of bytes.
/// </summary>
/// <param name="Name">Usual name, for example <c>Q4_K</c>.</param>
/// <param name="BlockElements">Elements in one block; a row is a whole number of blocks.</param>
/// <param name="BlockBytes">Bytes of one block.</param>
internal sealed record TensorType(string Name, int BlockElements, int BlockBytes)
{
    // Index is the number in the file. Source: ggml.h of llama.cpp v0.5.0; sizes as ggml_blck_size and ggml_type_size of that
    // library report them. Null: numbers that were withdrawn.
    private static readonly TensorType?[] All =
    [
        new("F32", 1, 4), new("F16", 1, 2), new("Q4_0", 32, 18), new("Q4_1", 32, 20), null, null, new("Q5_0", 32, 22), new("Q5_1", 32, 24),
        new("Q8_0", 32, 34), new("Q8_1", 32, 36), new("Q2_K", 256, 84), new("Q3_K", 256, 110), new("Q4_K", 256, 144), new("Q5_K", 256, 176),
        new("Q6_K", 256, 210), new("Q8_K", 256, 292), new("IQ2_XXS", 256, 66), new("IQ2_XS", 256, 74), new("IQ3_XXS", 256, 98), new("IQ1_S", 256, 50),
        new("IQ4_NL", 32, 18), new("IQ3_S", 256, 110), new("IQ2_S", 256, 82), new("IQ4_XS", 256, 136), new("I8", 1, 1), new("I16", 1, 2),
        new("I32", 1, 4), new("I64", 1, 8), new("F64", 1, 8), new("IQ1_M", 256, 56), new("BF16", 1, 2), null, null, null, new("TQ1_0", 256, 54),
        new("TQ2_0", 256, 66), null, null, null, new("MXFP4", 32, 17), new("NVFP4", 64, 36), new("Q1_0", 128, 18), new("Q2_0", 64, 18),
    ];

    /// <summary>The type with this number; null when the pinned library knows none.</summary>
    public static TensorType? Find(uint number) => number < (uint)All.Length ? All[number] : null;
}
