using MistralServe.Inference.Native;

namespace MistralServe.Tests.Native;

public sealed class CpuVariantTests
{
    private const CpuFeatures Avx512 = CpuFeatures.Sse42 | CpuFeatures.Avx | CpuFeatures.F16c | CpuFeatures.Fma | CpuFeatures.Avx2 | CpuFeatures.Bmi2 | CpuFeatures.Avx512;
    private const CpuFeatures Zen4 = Avx512 | CpuFeatures.Avx512Vbmi | CpuFeatures.Avx512Vnni | CpuFeatures.Avx512Bf16;

    [Theory]
    [InlineData((int)CpuFeatures.None, "x64")]
    [InlineData((int)CpuFeatures.Sse42, "sse42")]
    [InlineData((int)(CpuFeatures.Sse42 | CpuFeatures.Avx | CpuFeatures.F16c | CpuFeatures.Fma | CpuFeatures.Avx2 | CpuFeatures.Bmi2), "haswell")]
    [InlineData((int)(CpuFeatures.Sse42 | CpuFeatures.Avx | CpuFeatures.F16c | CpuFeatures.Fma | CpuFeatures.Avx2 | CpuFeatures.Bmi2 | CpuFeatures.AvxVnni), "alderlake")]
    [InlineData((int)Avx512, "skylakex")]
    [InlineData((int)Zen4, "zen4")]
    [InlineData((int)(Zen4 | CpuFeatures.AmxInt8), "sapphirerapids")]
    [InlineData((int)(Zen4 & ~CpuFeatures.Avx512Bf16), "icelake")]
    public void Auto_takes_the_best_that_runs(int features, string expected) =>
        Assert.Equal(expected, CpuVariant.Choose("auto", (CpuFeatures)features).Variant!.Name);

    [Fact]
    public void One_that_cannot_run_is_refused_by_name_with_what_is_missing()
    {
        (CpuVariant? variant, string? problem) = CpuVariant.Choose("sapphirerapids", Zen4);
        Assert.Null(variant);
        Assert.Contains("sapphirerapids", problem, StringComparison.Ordinal);
        Assert.Contains("AmxInt8", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_one_lists_the_known()
    {
        Assert.Contains("haswell", CpuVariant.Choose("pentium", Zen4).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void This_machine_runs_what_its_kernel_lists()
    {
        string cpu = File.ReadAllText("/proc/cpuinfo");
        CpuFeatures features = CpuFeatureReader.Read();
        Assert.Equal(cpu.Contains(" avx2 ", StringComparison.Ordinal), features.HasFlag(CpuFeatures.Avx2));
        Assert.Equal(cpu.Contains(" avx512_vnni ", StringComparison.Ordinal), features.HasFlag(CpuFeatures.Avx512Vnni));
        Assert.Equal(cpu.Contains(" avx512_bf16", StringComparison.Ordinal), features.HasFlag(CpuFeatures.Avx512Bf16));
    }
}
