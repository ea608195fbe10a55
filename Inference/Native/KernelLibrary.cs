using System.Runtime.InteropServices;
using MistralServe.Inference.Kernels;

namespace MistralServe.Inference.Native;

/// <summary>Finds our own vector code: in this process under the JIT, else in the shared library beside the program.</summary>
internal static unsafe class KernelLibrary
{
    /// <summary>File name; published beside the program.</summary>
    public const string FileName = "libmistralserve-kernels.so";

    private const CpuFeatures Needed = CpuFeatures.Avx2 | CpuFeatures.Fma;

    /// <summary>Whether <see cref="FindProduct"/> finds one.</summary>
    public static bool HasProduct(CpuVariant variant) => FindProduct(variant) is not null;

    /// <summary>
    /// The product of Q4_1 weights as an operation of a graph; null when this installation has none or the variant is one without AVX2 and FMA: then
    /// the library's own runs.
    /// </summary>
    public static delegate* unmanaged[Cdecl]<GgmlTensor*, int, int, ProductWork*, void> FindProduct(CpuVariant variant)
    {
        if ((variant.Needs & Needed) != Needed)
        {
            return null;
        }

        if (Q41Product.IsSupported)
        {
            return &Q41Product.Multiply;
        }

        string path = Path.Combine(AppContext.BaseDirectory, FileName);
        return File.Exists(path) && NativeLibrary.TryLoad(path, out nint library) && NativeLibrary.TryGetExport(library, "mistralserve_multiply_q4_1", out nint product)
            ? (delegate* unmanaged[Cdecl]<GgmlTensor*, int, int, ProductWork*, void>)product
            : null;
    }
}
