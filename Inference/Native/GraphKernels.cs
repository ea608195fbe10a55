using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MistralServe.Inference.Kernels;

namespace MistralServe.Inference.Native;

/// <summary>
/// Puts our own product in the place of the library's where that has no kernel for several rows at once (Q4_1). The library shows each node of a
/// graph before it computes the graph (<c>cb_eval</c>, llama.h); a product is made an operation of ours there (<c>GGML_OP_CUSTOM</c>, ggml.h), which the
/// library's threads then call. Results are the same, bit for bit. Lives as long as the context; its memory is touched by the decode thread, and by the
/// compute threads while that waits for them.
/// </summary>
internal sealed unsafe class GraphKernels : IDisposable
{
    // ggml.h of the pinned version; AbiCheck compares the names.
    public const int MultiplyOperation = 29;
    public const int CustomOperation = 95;
    private const int TypeF32 = 0;
    private const int TypeQ41 = 3;
    private const int TypeQ81 = 9;
    private const int AllThreads = -1;

    // More products than any graph has, so that a slot's last use is over when it comes round.
    private const int Slots = 1 << 14;

    private State* _state;

    private GraphKernels(State* state)
    {
        _state = state;
    }

    /// <summary>Makes a context to be created use what fits this processor.</summary>
    /// <param name="threads">Compute threads of the context.</param>
    /// <returns>What must live as long as the context; null when the library's own code is used.</returns>
    public static GraphKernels? Attach(ref LlamaContextParams parameters, int threads)
    {
        GgmlTypeTraitsCpu* activations = NativeRuntime.FindTypeTraits(TypeQ81);
        delegate* unmanaged[Cdecl]<GgmlTensor*, int, int, ProductWork*, void> product = NativeRuntime.Variant is { } variant ? KernelLibrary.FindProduct(variant) : null;
        if (product is null || activations is null)
        {
            return null;
        }

        var state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));
        state->Function = product;
        state->Threads = threads;
        state->Product.Quantize = activations->from_float;
        state->Work = (ProductWork*)NativeMemory.AlignedAlloc((nuint)Slots * (nuint)sizeof(ProductWork), 64);
        parameters.cb_eval = (delegate* unmanaged[Cdecl]<GgmlTensor*, byte, void*, byte>)&OnNode;
        parameters.cb_eval_user_data = state;
        return new GraphKernels(state);
    }

    /// <summary>After the context.</summary>
    public void Dispose()
    {
        if (_state is not null)
        {
            NativeMemory.AlignedFree(_state->Work);
            NativeMemory.AlignedFree(_state->Product.Activations);
            NativeMemory.AlignedFree(_state->Product.Scratch);
            NativeMemory.Free(_state);
            _state = null;
        }
    }

    // For each node of a graph, in order, before the graph is computed; on the decode thread. 0: the node's result is not asked for.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte OnNode(GgmlTensor* node, byte isQuestion, void* data)
    {
        var state = (State*)data;
        if (node == state->Packed)
        {
            state->Packed = null; // it is computed anew
        }

        // A graph that is used again has our operation in it already.
        if (node->op == MultiplyOperation ? IsOurs(node) : node->op == CustomOperation && *(void**)node->op_params == state->Function)
        {
            Replace(node, state);
        }

        return 0;
    }

    private static bool IsOurs(GgmlTensor* node)
    {
        GgmlTensor* weights = node->src.First;
        GgmlTensor* activations = node->src.Second;
        bool isMatrix = node->ne[2] == 1 && node->ne[3] == 1 && weights->ne[2] == 1 && weights->ne[3] == 1;
        return weights->type == TypeQ41 && activations->type == TypeF32 && node->type == TypeF32 && isMatrix
            && weights->ne[1] % 4 == 0 && node->nb[0] == sizeof(float) && activations->nb[0] == sizeof(float) && weights->nb[0] == Q41Blocks.WeightBytes
            && node->op_params[1] == 0 && weights->buffer is not null && GgmlApi.ggml_backend_buffer_is_host(weights->buffer) != 0;
    }

    private static void Replace(GgmlTensor* node, State* state)
    {
        GgmlTensor* activations = node->src.Second;
        Reserve(state, activations->ne[1], activations->ne[0]);
        ProductWork* work = &state->Work[state->Next++ % Slots];

        // Products of the same activations follow one another (query, key, value; gate, up). What no node computes may change between graphs.
        bool isPacked = activations == state->Packed && activations->op != 0;
        state->Packed = activations;
        *work = new ProductWork { State = &state->Product, MustPack = isPacked ? 0 : 1 };
        node->op = CustomOperation;
        var parameters = (CustomParameters*)node->op_params;
        *parameters = new CustomParameters { Function = state->Function, Threads = AllThreads, Data = work };
    }

    // Nothing computes here, so memory may move.
    private static void Reserve(State* state, long columns, long length)
    {
        long activations = Q41Product.CountActivationBytes(columns, length);
        if (activations > state->ActivationBytes)
        {
            NativeMemory.AlignedFree(state->Product.Activations);
            state->Product.Activations = (byte*)NativeMemory.AlignedAlloc((nuint)activations, 64);
            state->ActivationBytes = activations;
        }

        long scratch = (Q41Product.CountScratchBytes(length) + 63) / 64 * 64;
        if (scratch > state->Product.ScratchStride)
        {
            NativeMemory.AlignedFree(state->Product.Scratch);
            state->Product.Scratch = (byte*)NativeMemory.AlignedAlloc((nuint)(scratch * state->Threads), 64);
            state->Product.ScratchStride = scratch;
        }
    }

    private struct State
    {
        public ProductState Product;
        public delegate* unmanaged[Cdecl]<GgmlTensor*, int, int, ProductWork*, void> Function;
        public ProductWork* Work;
        public GgmlTensor* Packed;
        public long ActivationBytes;
        public int Threads;
        public uint Next;
    }

    // ggml_custom_op_params (ggml-impl.h), at the start of a node's op_params, which are aligned to 4 bytes only.
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct CustomParameters
    {
        public void* Function;
        public int Threads;
        public int Padding;
        public void* Data;
    }
}
