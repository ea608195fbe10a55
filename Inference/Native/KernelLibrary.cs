using System.Runtime.InteropServices;
using MistralServe.Inference.Kernels;

namespace MistralServe.Inference.Native;

/// <summary>Finds our own vector code: in this process under the JIT, else in the shared library beside the program.</summary>
internal static unsafe class KernelLibrary
{
    /// <summary>File name; published beside the program.</summary>
    public const string FileName = "libmistralserve-kernels.so";

    private const CpuFeatures Needed = CpuFeatures.Avx2 | CpuFeatures.Fma;

    /// <summary>Whether <see cref="FindProduct"/> finds one here.</summary>
    public static bool HasProduct => FindProduct() is not null;

    /// <summary>The product of Q4_1 weights as an operation of a graph; null when this processor or installation has none, then the library's own runs.</summary>
    public static delegate* unmanaged[Cdecl]<GgmlTensor*, int, int, ProductWork*, void> FindProduct()
    {
        if (Q41Product.IsSupported)
        {
            return &Q41Product.Multiply;
        }

        string path = Path.Combine(AppContext.BaseDirectory, FileName);
        return (CpuFeatureReader.Read() & Needed) == Needed && File.Exists(path) && NativeLibrary.TryLoad(path, out nint library)
            && NativeLibrary.TryGetExport(library, "mistralserve_multiply_q4_1", out nint product)
            ? (delegate* unmanaged[Cdecl]<GgmlTensor*, int, int, ProductWork*, void>)product
            : null;
    }
}
