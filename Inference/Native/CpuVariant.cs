namespace MistralServe.Inference.Native;

/// <summary>One of llama.cpp's CPU libraries and the instruction sets it was compiled with.</summary>
/// <param name="Name">As in the file name <c>libggml-cpu-NAME.so</c>.</param>
/// <param name="Needs">Instruction sets it uses without asking again.</param>
internal sealed record CpuVariant(string Name, CpuFeatures Needs)
{
    private const CpuFeatures Haswell = CpuFeatures.Sse42 | CpuFeatures.Avx | CpuFeatures.F16c | CpuFeatures.Fma | CpuFeatures.Avx2 | CpuFeatures.Bmi2;
    private const CpuFeatures SkylakeX = Haswell | CpuFeatures.Avx512;

    /// <summary>
    /// All variants, fastest first. Order: AMX was measured 2.4 times as fast on prompts as the next; among the AVX-512 ones
    /// more dot-product instructions first.
    /// </summary>
    public static readonly IReadOnlyList<CpuVariant> All =
    [
        new("sapphirerapids", SkylakeX | CpuFeatures.Avx512Vbmi | CpuFeatures.Avx512Vnni | CpuFeatures.Avx512Bf16 | CpuFeatures.AmxInt8),
        new("zen4", SkylakeX | CpuFeatures.Avx512Vbmi | CpuFeatures.Avx512Vnni | CpuFeatures.Avx512Bf16),
        new("icelake", SkylakeX | CpuFeatures.Avx512Vbmi | CpuFeatures.Avx512Vnni),
        new("cooperlake", SkylakeX | CpuFeatures.Avx512Vnni | CpuFeatures.Avx512Bf16),
        new("cascadelake", SkylakeX | CpuFeatures.Avx512Vnni),
        new("cannonlake", SkylakeX | CpuFeatures.Avx512Vbmi),
        new("skylakex", SkylakeX),
        new("alderlake", Haswell | CpuFeatures.AvxVnni),
        new("haswell", Haswell),
        new("piledriver", CpuFeatures.Sse42 | CpuFeatures.Avx | CpuFeatures.F16c | CpuFeatures.Fma),
        new("ivybridge", CpuFeatures.Sse42 | CpuFeatures.Avx | CpuFeatures.F16c),
        new("sandybridge", CpuFeatures.Sse42 | CpuFeatures.Avx),
        new("sse42", CpuFeatures.Sse42),
        new("x64", CpuFeatures.None),
    ];

    /// <summary>
    /// The variant to load.
    /// </summary>
    /// <param name="requested"><c>auto</c> or a name from <see cref="All"/>.</param>
    /// <param name="available">What CPU and operating system allow.</param>
    /// <returns>The variant, or a sentence: unknown name, or one that this machine cannot run.</returns>
    public static (CpuVariant? Variant, string? Problem) Choose(string requested, CpuFeatures available)
    {
        if (string.Equals(requested, "auto", StringComparison.OrdinalIgnoreCase))
        {
            return (All.First(variant => variant.RunsOn(available)), null);
        }

        CpuVariant? named = All.FirstOrDefault(variant => string.Equals(variant.Name, requested, StringComparison.OrdinalIgnoreCase));
        if (named is null)
        {
            return (null, $"--cpu-variant {requested} is unknown; use auto or one of: {string.Join(", ", All.Select(variant => variant.Name))}");
        }

        return named.RunsOn(available)
            ? (named, null)
            : (null, $"--cpu-variant {named.Name} cannot run here: this machine lacks {named.Needs & ~available}; use auto");
    }

    /// <summary>Whether all needed instruction sets are there.</summary>
    public bool RunsOn(CpuFeatures available) => (available & Needs) == Needs;
}
