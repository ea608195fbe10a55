using System.Runtime.InteropServices;
using MistralServe.Inference.Native;

namespace MistralServe.Tests.Native;

/// <summary>
/// llama.cpp's own samplers, applied to logits one at a time: the reference for our truncation and penalties. Signatures of
/// v0.5.0; the library is loaded before the first use.
/// </summary>
internal sealed unsafe class LlamaSamplers : IDisposable
{
    private readonly nint _library;
    private readonly LlamaModelHandle _model;

    /// <summary>Loads the library, and of a model the vocabulary, which the DRY sampler asks for.</summary>
    public LlamaSamplers(string modelPath)
    {
        LlamaReference.LoadLibraries();
        _library = NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libllama.v0.5.0.so"));
        LlamaModelParams parameters = LlamaApi.llama_model_default_params();
        parameters.vocab_only = 1;
        fixed (byte* path = NativeRuntime.ToNative(modelPath))
        {
            _model = new LlamaModelHandle(LlamaApi.llama_model_load_from_file(path, parameters));
        }

        Vocabulary = new LlamaVocabulary(_model);
    }

    public LlamaVocabulary Vocabulary { get; }

    public void Dispose() => _model.Dispose();

    public nint TopK(int k) => ((delegate* unmanaged[Cdecl]<int, nint>)Export("init_top_k"))(k);

    public nint TopP(float p) => ((delegate* unmanaged[Cdecl]<float, nuint, nint>)Export("init_top_p"))(p, 0);

    public nint MinP(float p) => ((delegate* unmanaged[Cdecl]<float, nuint, nint>)Export("init_min_p"))(p, 0);

    public nint Typical(float p) => ((delegate* unmanaged[Cdecl]<float, nuint, nint>)Export("init_typical"))(p, 0);

    public nint TopNSigma(float n) => ((delegate* unmanaged[Cdecl]<float, nint>)Export("init_top_n_sigma"))(n);

    public nint Xtc(float threshold) =>
        ((delegate* unmanaged[Cdecl]<float, float, nuint, uint, nint>)Export("init_xtc"))(1, threshold, 0, 1);

    public nint Temperature(float temperature, float range, float exponent) =>
        ((delegate* unmanaged[Cdecl]<float, float, float, nint>)Export("init_temp_ext"))(temperature, range, exponent);

    public nint Mirostat(float tau, float eta) =>
        ((delegate* unmanaged[Cdecl]<uint, float, float, nint>)Export("init_mirostat_v2"))(1, tau, eta);

    public nint Penalties(int vocabularySize, int window, float repeat, float frequency, float presence) =>
        ((delegate* unmanaged[Cdecl]<int, int, float, float, float, nint>)Export("init_penalties"))(
            vocabularySize, window, repeat, frequency, presence);

    public nint Dry(float multiplier, float @base, int allowedLength, int window, string[] breakers)
    {
        nint[] texts = [.. breakers.Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            fixed (nint* pointers = texts)
            {
                return ((delegate* unmanaged[Cdecl]<nint, float, float, int, int, nint*, nuint, nint>)Export("init_dry"))(
                    LlamaApi.llama_model_get_vocab(_model.DangerousGetHandle()), multiplier, @base, allowedLength, window, pointers, (nuint)texts.Length);
            }
        }
        finally
        {
            Array.ForEach(texts, Marshal.FreeCoTaskMem);
        }
    }

    /// <summary>Tells a sampler a token of the sequence.</summary>
    public void Accept(nint sampler, int token) => ((delegate* unmanaged[Cdecl]<nint, int, void>)Export("accept"))(sampler, token);

    public void Free(nint sampler) => ((delegate* unmanaged[Cdecl]<nint, void>)Export("free"))(sampler);

    /// <summary>What samplers, applied one after the other and then freed, leave above minus infinity: logits by token.</summary>
    public SortedDictionary<int, float> ApplyAndFree(float[] logits, params nint[] samplers)
    {
        TokenData[] data = ToData(logits);
        fixed (TokenData* pointer = data)
        {
            TokenDataArray array = new() { Data = pointer, Size = (nuint)data.Length, Selected = -1 };
            foreach (nint sampler in samplers)
            {
                ((delegate* unmanaged[Cdecl]<nint, TokenDataArray*, void>)Export("apply"))(sampler, &array);
                Free(sampler);
            }

            return ToDictionary(array);
        }
    }

    /// <summary>What a sampler that picks leaves, and what it picks.</summary>
    public (SortedDictionary<int, float> Left, int Token) Pick(float[] logits, nint sampler)
    {
        TokenData[] data = ToData(logits);
        fixed (TokenData* pointer = data)
        {
            TokenDataArray array = new() { Data = pointer, Size = (nuint)data.Length, Selected = -1 };
            ((delegate* unmanaged[Cdecl]<nint, TokenDataArray*, void>)Export("apply"))(sampler, &array);
            return (ToDictionary(array), array.Data[array.Selected].Id);
        }
    }

    private static TokenData[] ToData(float[] logits) => [.. logits.Select((logit, token) => new TokenData { Id = token, Logit = logit })];

    private static SortedDictionary<int, float> ToDictionary(TokenDataArray array)
    {
        SortedDictionary<int, float> left = [];
        foreach (TokenData token in new ReadOnlySpan<TokenData>(array.Data, (int)array.Size))
        {
            if (token.Logit > float.NegativeInfinity)
            {
                left.Add(token.Id, token.Logit);
            }
        }

        return left;
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, "llama_sampler_" + name);

    private struct TokenData
    {
        public int Id;
        public float Logit;
        public float Probability;
    }

    private struct TokenDataArray
    {
        public TokenData* Data;
        public nuint Size;
        public long Selected;
        public byte Sorted;
    }
}
