using System.Runtime.InteropServices;

namespace MistralServe.Inference.Kernels;

/// <summary>
/// <c>ggml_tensor</c> of llama.cpp v0.5.0 (ggml.h), 336 bytes on Linux x86-64: a node of a computation. <c>AbiCheck</c> compares its size with the
/// loaded library's.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlTensor
{
    public int type;
    public void* buffer;
    public fixed long ne[4];
    public fixed long nb[4];
    public int op;
    public fixed int op_params[16];
    public int flags;
    public SourceArray src;
    public GgmlTensor* view_src;
    public nuint view_offs;
    public byte* data;
    public fixed byte name[64];
    public void* extra;
    public fixed byte padding[8];

    /// <summary><c>GGML_MAX_SRC</c> pointers.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 80)]
    public struct SourceArray
    {
        public GgmlTensor* First;
        public GgmlTensor* Second;
    }
}
