using System.Text.Json.Serialization;
using MistralServe.Inference.Ranking;
using MistralServe.OpenAi.Embeddings;

namespace MistralServe.OpenAi.Rerank;

/// <summary>Answer of POST /v1/rerank, in the form that Jina, Cohere and llama-server share.</summary>
internal sealed class RerankAnswer
{
    [JsonPropertyName("object")]
    public string Object { get; } = "list";

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    /// <summary>Best first.</summary>
    [JsonPropertyName("results")]
    public required IReadOnlyList<RerankResult> Results { get; init; }

    [JsonPropertyName("usage")]
    public required EmbeddingUsage Usage { get; init; }
}

/// <summary>One document of a ranking.</summary>
internal sealed class RerankResult
{
    /// <summary>Its place in the request.</summary>
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    /// <summary>The model's own number: larger is more relevant, the range is the model's.</summary>
    [JsonPropertyName("relevance_score")]
    public required float RelevanceScore { get; init; }

    [JsonPropertyName("document")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RerankDocument? Document { get; init; }

    /// <summary>The wire form of a ranking.</summary>
    /// <param name="answer">The ranking.</param>
    /// <param name="call">The request it answers.</param>
    public static IReadOnlyList<RerankResult> From(RankAnswer answer, RerankCall call)
    {
        var results = new List<RerankResult>(answer.Documents.Count);
        foreach (RankedDocument document in answer.Documents)
        {
            results.Add(new RerankResult
            {
                Index = document.Index,
                RelevanceScore = document.Score,
                Document = call.ReturnDocuments ? new RerankDocument { Text = call.Query.Documents[document.Index] } : null,
            });
        }

        return results;
    }
}

/// <summary>A document, as the request had it.</summary>
internal sealed class RerankDocument
{
    [JsonPropertyName("text")]
    public required string Text { get; init; }
}
