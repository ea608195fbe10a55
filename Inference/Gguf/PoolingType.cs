namespace MistralServe.Inference.Gguf;

/// <summary>How an embedding model makes one vector of many. Source: <c>llama_pooling_type</c> in llama.h of v0.5.0.</summary>
internal enum PoolingType
{
    None = 0,
    Mean = 1,
    Cls = 2,
    Last = 3,
    Rank = 4,
}
