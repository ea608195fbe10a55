using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference.Native;

namespace MistralServe.Tests.Native;

/// <summary>
/// A small loop over llama.cpp's C API with its own greedy sampler: the reference for our engine. One sequence, one token a
/// call, no scheduler of ours. <c>llama_sampler_*</c> is bound here only.
/// </summary>
internal static unsafe partial class LlamaReference
{
    public static void LoadLibraries()
    {
        (CpuVariant? variant, string? problem) = NativeRuntime.Load(AppContext.BaseDirectory, "auto", NullLogger.Instance);
        Assert.True(variant is not null, problem);
    }

    /// <summary>The tokens that llama.cpp's greedy sampler picks after a prompt, the end-of-generation token included.</summary>
    public static List<int> Greedy(string modelPath, int[] prompt, int maxTokens, int threads) =>
        [.. GreedyWithMargins(modelPath, prompt, maxTokens, threads).Select(step => step.Token)];

    /// <summary>As <see cref="Greedy"/>, with the distance between the two best logits of each step.</summary>
    public static List<(int Token, float Margin)> GreedyWithMargins(string modelPath, int[] prompt, int maxTokens, int threads, bool flashAttention = false)
    {
        LoadLibraries();
        nint model, context;
        fixed (byte* path = NativeRuntime.ToNative(modelPath))
        {
            model = LlamaApi.llama_model_load_from_file(path, LlamaApi.llama_model_default_params());
        }

        LlamaContextParams parameters = LlamaApi.llama_context_default_params();
        parameters.n_ctx = 2048;
        parameters.n_threads = parameters.n_threads_batch = threads;
        parameters.flash_attn_type = flashAttention ? 1 : 0;
        context = LlamaApi.llama_init_from_model(model, parameters);
        nint vocabulary = LlamaApi.llama_model_get_vocab(model);
        nint library = NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libllama.v0.5.0.so"));
        var create = (delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "llama_sampler_init_greedy");
        var sample = (delegate* unmanaged[Cdecl]<nint, nint, int, int>)NativeLibrary.GetExport(library, "llama_sampler_sample");
        var free = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "llama_sampler_free");
        nint sampler = create();
        var steps = new List<(int Token, float Margin)>();
        int[] next = prompt;
        int position = 0;
        while (steps.Count < maxTokens)
        {
            Decode(context, next, position);
            position += next.Length;
            int token = sample(sampler, context, -1);
            steps.Add((token, Margin(new ReadOnlySpan<float>(LlamaApi.llama_get_logits_ith(context, -1), LlamaApi.llama_vocab_n_tokens(vocabulary)))));
            if (LlamaApi.llama_vocab_is_eog(vocabulary, token) != 0)
            {
                break;
            }

            next = [token];
        }

        free(sampler);
        LlamaApi.llama_free(context);
        LlamaApi.llama_model_free(model);
        return steps;
    }

    private static void Decode(nint context, int[] tokens, int position)
    {
        using var buffer = new BatchBuffer(tokens.Length);
        LlamaBatch batch = buffer.Fill([.. tokens.Select((token, i) => new Inference.Engine.BatchRow(token, position + i, 0, i == tokens.Length - 1))]);
        Assert.Equal(0, LlamaApi.llama_decode(context, batch));
    }

    private static float Margin(ReadOnlySpan<float> logits)
    {
        float best = float.NegativeInfinity, second = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            if (logit > best)
            {
                (best, second) = (logit, best);
            }
            else if (logit > second)
            {
                second = logit;
            }
        }

        return best - second;
    }
}
