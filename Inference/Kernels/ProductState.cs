using System.Runtime.InteropServices;

namespace MistralServe.Inference.Kernels;

/// <summary>What all products of one context share. In native memory; written only while nothing computes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ProductState
{
    /// <summary>The library's own rounding of floats to Q8_1 blocks: numbers, blocks, count.</summary>
    public delegate* unmanaged[Cdecl]<float*, byte*, long, void> Quantize;

    /// <summary>The activations of the product that runs, in the layout that <see cref="Q41Product"/> reads.</summary>
    public byte* Activations;

    /// <summary>A part for each thread, <see cref="ScratchStride"/> bytes apart.</summary>
    public byte* Scratch;

    /// <summary>Bytes.</summary>
    public long ScratchStride;
}

/// <summary>One product in one computation: where its threads meet. In native memory.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct ProductWork
{
    public ProductState* State;

    /// <summary>0 when the product before this one has packed the same activations.</summary>
    public int MustPack;

    /// <summary>Threads that have packed their part.</summary>
    public int Arrived;

    /// <summary>The next piece of the weights that nobody has taken.</summary>
    public int NextChunk;
}
