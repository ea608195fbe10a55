using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]

namespace MistralServe.Bench.Child;

/// <summary>
/// llama.cpp's own sampler chain top_p → temperature → draw, bound for comparison only. One thread. The library must be loaded
/// before the first call.
/// </summary>
internal sealed unsafe partial class SamplerChain : IDisposable
{
    private readonly nint _chain;
    private readonly TokenData* _candidates;
    private readonly int _vocabularySize;

    static SamplerChain() => NativeLibrary.SetDllImportResolver(typeof(SamplerChain).Assembly, Resolve);

    /// <summary>Makes the chain with temperature 1 and no top_k.</summary>
    /// <param name="vocabularySize">Scores in a row of logits.</param>
    /// <param name="topP">Nucleus, 0..1; 1 leaves it out.</param>
    /// <param name="seed">Of the draws.</param>
    public SamplerChain(int vocabularySize, float topP, uint seed)
    {
        _vocabularySize = vocabularySize;
        _candidates = (TokenData*)NativeMemory.Alloc((nuint)vocabularySize, (nuint)sizeof(TokenData));
        _chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
        if (topP < 1)
        {
            llama_sampler_chain_add(_chain, llama_sampler_init_top_p(topP, 1));
        }

        llama_sampler_chain_add(_chain, llama_sampler_init_temp(1));
        llama_sampler_chain_add(_chain, llama_sampler_init_dist(seed));
    }

    /// <summary>Fills in the candidates and draws one, as llama-server does for each token.</summary>
    public int Sample(ReadOnlySpan<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, _vocabularySize);
        for (int token = 0; token < logits.Length; token++)
        {
            _candidates[token] = new TokenData { id = token, logit = logits[token] };
        }

        var array = new TokenDataArray { data = _candidates, size = (nuint)_vocabularySize, selected = -1 };
        llama_sampler_apply(_chain, &array);
        return array.data[array.selected].id;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        llama_sampler_free(_chain);
        NativeMemory.Free(_candidates);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == "llama" ? NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libllama.v0.5.0.so")) : 0;

    [LibraryImport("llama"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial ChainParams llama_sampler_chain_default_params();

    [LibraryImport("llama"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial nint llama_sampler_chain_init(ChainParams parameters);

    [LibraryImport("llama"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial void llama_sampler_chain_add(nint chain, nint sampler);

    [LibraryImport("llama"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial nint llama_sampler_init_top_p(float p, nuint minKeep);

    [LibraryImport("llama"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial nint llama_sampler_init_temp(float temperature);

    [LibraryImport("llama"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial nint llama_sampler_init_dist(uint seed);

    [LibraryImport("llama"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial void llama_sampler_apply(nint sampler, TokenDataArray* candidates);

    [LibraryImport("llama"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial void llama_sampler_free(nint sampler);

    // 12, 32 and 1 bytes: llama.h of v0.5.0.
    [StructLayout(LayoutKind.Sequential)]
    private struct TokenData
    {
        public int id;
        public float logit, p;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TokenDataArray
    {
        public TokenData* data;
        public nuint size;
        public long selected;
        public byte sorted;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ChainParams
    {
        public byte no_perf;
    }
}
