namespace MistralServe.Inference.Ranking;

/// <summary>Documents to be ranked by a query, checked as far as that is possible without the model. Immutable.</summary>
internal sealed record RankQuery
{
    /// <summary>Most documents of a request. Ours: as many as a request for embeddings has inputs.</summary>
    public const int MaxDocuments = 2048;

    /// <summary>What the documents are compared with, not empty.</summary>
    public required string Query { get; init; }

    /// <summary>The documents, 1 to <see cref="MaxDocuments"/>, none empty.</summary>
    public required IReadOnlyList<string> Documents { get; init; }

    /// <summary>Most documents of the answer, at least 1; null for all.</summary>
    public int? Top { get; init; }

    /// <summary>Whose request this is (key name); counted against that key's share.</summary>
    public string Principal { get; init; } = "";
}
