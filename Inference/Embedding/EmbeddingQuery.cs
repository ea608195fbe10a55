namespace MistralServe.Inference.Embedding;

/// <summary>What embeddings are asked for, checked as far as that is possible without the model. Immutable.</summary>
internal sealed record EmbeddingQuery
{
    /// <summary>What to embed, at least one.</summary>
    public required IReadOnlyList<EmbeddingInput> Inputs { get; init; }

    /// <summary>Whether the caller sent one input that is not in a list, for the name of the field in messages.</summary>
    public bool IsSingle { get; init; }

    /// <summary>Floats of each vector, at least 1; null for all that the model gives.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Whose request this is (key name); counted against that key's share.</summary>
    public string Principal { get; init; } = "";

    /// <summary>Name of an input as messages call it.</summary>
    public string NameOf(int input) => IsSingle ? "input" : $"input[{input}]";
}
