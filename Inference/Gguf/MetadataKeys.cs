namespace MistralServe.Inference.Gguf;

/// <summary>Keys of the GGUF specification that the server reads.</summary>
internal static class MetadataKeys
{
    public const string Architecture = "general.architecture";
    public const string Alignment = "general.alignment";
    public const string Name = "general.name";
    public const string FileType = "general.type";
    public const string Tokens = "tokenizer.ggml.tokens";
    public const string TokenizerModel = "tokenizer.ggml.model";
    public const string ChatTemplate = "tokenizer.chat_template";
    public const string ToolTemplate = "tokenizer.chat_template.tool_use";
    public const string RerankTemplate = "tokenizer.chat_template.rerank";
    public const string ShardCount = "split.count";

    /// <summary>Training context in tokens.</summary>
    public static string ContextLength(string architecture) => architecture + ".context_length";

    /// <summary>Number of tokens, for a model without a list of them.</summary>
    public static string VocabularySize(string architecture) => architecture + ".vocab_size";

    /// <summary>Width of the hidden state.</summary>
    public static string EmbeddingLength(string architecture) => architecture + ".embedding_length";

    /// <summary>Number of layers.</summary>
    public static string BlockCount(string architecture) => architecture + ".block_count";

    /// <summary>Number of attention heads.</summary>
    public static string HeadCount(string architecture) => architecture + ".attention.head_count";

    /// <summary>Number of key and value heads; absent means as many as attention heads.</summary>
    public static string KeyValueHeadCount(string architecture) => architecture + ".attention.head_count_kv";

    /// <summary>Width of a key of one head; absent means the hidden width shared among the heads.</summary>
    public static string KeyLength(string architecture) => architecture + ".attention.key_length";

    /// <summary>Width of a value of one head; absent means as <see cref="KeyLength"/>.</summary>
    public static string ValueLength(string architecture) => architecture + ".attention.value_length";

    /// <summary>How token vectors become one: <see cref="PoolingType"/>.</summary>
    public static string Pooling(string architecture) => architecture + ".pooling_type";

    /// <summary>False when a token sees those after it.</summary>
    public static string CausalAttention(string architecture) => architecture + ".attention.causal";
}
