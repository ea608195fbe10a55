namespace MistralServe.Inference;

/// <summary>What a model can be asked to do; decides which endpoints answer and which MCP tools are registered.</summary>
[Flags]
internal enum ModelCapabilities
{
    None = 0,

    /// <summary>Causal language model: text in, text out.</summary>
    TextGeneration = 1,

    /// <summary>Pooled embeddings (mean, CLS or last token).</summary>
    Embedding = 2,

    /// <summary>Pooling type RANK: scores for query and document pairs.</summary>
    Ranking = 4,

    /// <summary>Images go in beside text. No real model has it: the engine reads text only.</summary>
    ImageInput = 8,

    /// <summary>Sound goes in beside text. No real model has it.</summary>
    AudioInput = 16,

    /// <summary>Sound comes out. No real model has it.</summary>
    AudioOutput = 32,
}

/// <summary>
/// What the header of a model file tells before the native library sees the file. Immutable; any thread.
/// </summary>
internal sealed record ModelDescription
{
    /// <summary>Name under which the model is served (<c>--alias</c>, else the file name without extension).</summary>
    public required string Id { get; init; }

    /// <summary>Full path of the file. Never sent to clients.</summary>
    public required string Path { get; init; }

    /// <summary>Value of <c>general.architecture</c>, for example <c>llama</c> or <c>bert</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Value of <c>general.name</c>; null when absent.</summary>
    public string? Name { get; init; }

    /// <summary>File size in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Last write time of the file: what <c>/v1/models</c> reports as <c>created</c>.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Context length the model was trained for, in tokens; 0 when the header does not say.</summary>
    public int TrainingContextLength { get; init; }

    /// <summary>Number of tokens in the vocabulary; 0 when the file has none.</summary>
    public int VocabularySize { get; init; }

    /// <summary>Sum of the elements of all tensors.</summary>
    public long ParameterCount { get; init; }

    /// <summary>Width of the hidden state; the dimension of embeddings.</summary>
    public int EmbeddingLength { get; init; }

    /// <summary>Width of one attention head; 0 when the header does not say.</summary>
    public int HeadSize { get; init; }

    /// <summary>Numbers that the KV cache holds for one token: over all layers, keys and values.</summary>
    public long KeyValueElementsPerToken { get; init; }

    /// <summary>Name of the most common tensor type by bytes, for example <c>Q4_1</c>.</summary>
    public string? Quantization { get; init; }

    /// <summary>Names of all tensor types in the file.</summary>
    public IReadOnlyList<string> TensorTypes { get; init; } = [];

    /// <summary>Value of <c>tokenizer.chat_template</c> (Jinja source); null when absent.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Value of <c>tokenizer.chat_template.tool_use</c>: the template for conversations with tools; null when there is one for all.</summary>
    public string? ToolTemplate { get; init; }

    /// <summary>
    /// Value of <c>tokenizer.chat_template.rerank</c>: the prompt around a pair, with <c>{query}</c> and <c>{document}</c> in it; null
    /// when the pair is written with the vocabulary's separators.
    /// </summary>
    public string? RerankTemplate { get; init; }

    /// <summary>What the model can be asked to do.</summary>
    public ModelCapabilities Capabilities { get; init; }

    /// <summary>True when this is the demo model that ships with the product.</summary>
    public bool IsDemo { get; init; }
}
