using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Rerank;

/// <summary>
/// The body of POST /v1/rerank as it stands on the wire, for the OpenAPI document; <see cref="RerankRequestReader"/> makes a query
/// of the JSON itself.
/// </summary>
internal sealed class RerankRequest
{
    [JsonPropertyName("model")]
    [Description("Any name: the loaded model answers.")]
    public string? Model { get; init; }

    [JsonPropertyName("query")]
    [Description("What the documents are compared with; not empty.")]
    public required string Query { get; init; }

    [JsonPropertyName("documents")]
    [Description(
        "1 to 2048 documents, each a string or an object with a string 'text'; none empty. A document that does not fit the model's "
        + "context together with the query is refused, never cut.")]
    public required IReadOnlyList<JsonElement> Documents { get; init; }

    [JsonPropertyName("top_n")]
    [Description("Answer only the so many best. Default all.")]
    [Range(1, int.MaxValue)]
    public long? Top { get; init; }

    [JsonPropertyName("return_documents")]
    [Description("Whether the answer repeats the documents. Default false.")]
    public bool? ReturnDocuments { get; init; }
}
