using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Embeddings;

/// <summary>
/// The body of POST /v1/embeddings as it stands on the wire, for the OpenAPI document; <see cref="EmbeddingRequestReader"/>
/// makes a query of the JSON itself.
/// </summary>
internal sealed class EmbeddingRequest
{
    /// <summary>Most inputs of a request. Source: OpenAI's reference.</summary>
    public const int MaxInputs = 2048;

    [JsonPropertyName("model")]
    [Description("Any name: the loaded model answers.")]
    public string? Model { get; init; }

    [JsonPropertyName("input")]
    [Description(
        "What to embed: a string, an array of up to 2048 strings, an array of token ids, or an array of up to 2048 arrays of token "
        + "ids; none empty. Token ids are taken as they are: the model's special tokens are added to strings only. An input longer "
        + "than the model's context is refused, never cut.")]
    public required JsonElement Input { get; init; }

    [JsonPropertyName("encoding_format")]
    [Description("\"float\" for arrays of numbers, \"base64\" for little-endian 32-bit floats in base64. Default float.")]
    [AllowedValues("float", "base64")]
    public string? EncodingFormat { get; init; }

    [JsonPropertyName("dimensions")]
    [Description("Return the first so many numbers of each vector, scaled to length 1 again; at most what the model has.")]
    [Range(1, int.MaxValue)]
    public long? Dimensions { get; init; }
}
