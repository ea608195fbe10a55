using System.Runtime.InteropServices;

namespace MistralServe.Inference.Native;

/// <summary>Instruction sets that llama.cpp's CPU libraries are built for.</summary>
[Flags]
internal enum CpuFeatures
{
    None = 0,
    Sse42 = 1,
    Avx = 1 << 1,
    F16c = 1 << 2,
    Fma = 1 << 3,
    Avx2 = 1 << 4,
    Bmi2 = 1 << 5,
    Avx512 = 1 << 6,
    Avx512Vbmi = 1 << 7,
    Avx512Vnni = 1 << 8,
    Avx512Bf16 = 1 << 9,
    AvxVnni = 1 << 10,
    AmxInt8 = 1 << 11,
}

/// <summary>
/// Asks what CPU <b>and operating system</b> allow. CPUID alone is not enough: a kernel or hypervisor may not save the wide
/// registers, and then the first such instruction ends the process. glibc (2.33 and later) answers both together in the
/// "active" half of <c>__x86_get_cpuid_feature_leaf</c>; the libraries need glibc 2.34 anyway.
/// </summary>
internal static unsafe partial class CpuFeatureReader
{
    // Leaf numbers are glibc's (sys/platform/x86.h), not CPUID's.
    private const uint Leaf1 = 0;
    private const uint Leaf7 = 1;
    private const uint Leaf7Subleaf1 = 6;

    private const int RequestComponentPermission = 0x1023;
    private const int TileData = 18;
    private const int ArchPrctl = 158;

    /// <summary>The usable features. Any thread; costs microseconds.</summary>
    public static CpuFeatures Read()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return CpuFeatures.None;
        }

        try
        {
            return ReadActive();
        }
        catch (EntryPointNotFoundException)
        {
            return CpuFeatures.None;
        }
    }

    private static CpuFeatures ReadActive()
    {
        Leaf one = *GetLeaf(Leaf1);
        Leaf seven = *GetLeaf(Leaf7);
        Leaf sevenOne = *GetLeaf(Leaf7Subleaf1);
        CpuFeatures features = CpuFeatures.None;
        Add(CpuFeatures.Sse42, one.activeEcx, 20);
        Add(CpuFeatures.Avx, one.activeEcx, 28);
        Add(CpuFeatures.F16c, one.activeEcx, 29);
        Add(CpuFeatures.Fma, one.activeEcx, 12);
        Add(CpuFeatures.Avx2, seven.activeEbx, 5);
        Add(CpuFeatures.Bmi2, seven.activeEbx, 8);
        const uint Foundation = (1u << 16) | (1u << 17) | (1u << 28) | (1u << 30) | (1u << 31); // F, DQ, CD, BW, VL
        if ((seven.activeEbx & Foundation) == Foundation)
        {
            features |= CpuFeatures.Avx512;
        }

        Add(CpuFeatures.Avx512Vbmi, seven.activeEcx, 1);
        Add(CpuFeatures.Avx512Vnni, seven.activeEcx, 11);
        Add(CpuFeatures.Avx512Bf16, sevenOne.activeEax, 5);
        Add(CpuFeatures.AvxVnni, sevenOne.activeEax, 4);
        const uint Tiles = (1u << 24) | (1u << 25); // AMX-TILE, AMX-INT8
        if ((seven.activeEdx & Tiles) == Tiles && CallSystem(ArchPrctl, RequestComponentPermission, TileData) == 0)
        {
            features |= CpuFeatures.AmxInt8;
        }

        return features;

        void Add(CpuFeatures feature, uint register, int bit)
        {
            if ((register >> bit & 1) != 0)
            {
                features |= feature;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "__x86_get_cpuid_feature_leaf")]
    private static partial Leaf* GetLeaf(uint leaf);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint CallSystem(nint number, nint first, nint second);

    [StructLayout(LayoutKind.Sequential)]
    private struct Leaf
    {
        public uint eax, ebx, ecx, edx;
        public uint activeEax, activeEbx, activeEcx, activeEdx;
    }
}
