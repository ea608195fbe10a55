using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Embedding;

namespace MistralServe.OpenAi.Embeddings;

/// <summary>Reads and checks a request for embeddings: the only way from the wire to the engine. Any thread.</summary>
internal static class EmbeddingRequestReader
{
    private const string Float = "float";
    private const string Base64 = "base64";

    /// <summary>Names of the fields; the rest is ignored.</summary>
    public static FrozenSet<string> Names { get; } =
        new[] { "model", "input", "encoding_format", "dimensions" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the request.</summary>
    /// <param name="root">Body of the REST request, or the arguments of the MCP tool.</param>
    /// <returns>
    /// The call, which refers to no JSON; or an error whose <see cref="ApiError.Param"/> is the path of the field and whose
    /// <see cref="ApiError.Message"/> is a sentence that names it. What the model has, tokens and dimensions, is checked later.
    /// </returns>
    public static RequestResult<EmbeddingCall> Read(JsonElement root)
    {
        var errors = new RequestErrors();
        var fields = new JsonFields(root, "", Names, errors);
        fields.GetString("model"); // its type is checked, its value is free: there is one model
        EmbeddingQuery query = EmbeddingInputReader.Read(fields.Get("input"), errors) with { Dimensions = ReadDimensions(fields, errors) };
        bool asBase64 = ReadFormat(fields, errors) == Base64;
        return errors.First is { } error ? error : new EmbeddingCall(query, asBase64);
    }

    private static int? ReadDimensions(JsonFields fields, RequestErrors errors)
    {
        long? dimensions = fields.GetInteger("dimensions", saturate: true);
        if (dimensions < 1)
        {
            errors.AddInvalidValue("dimensions", $"'dimensions' must be 1 or more, but is {dimensions}.");
        }

        return dimensions is { } value ? (int)Math.Clamp(value, 1, int.MaxValue) : null;
    }

    private static string ReadFormat(JsonFields fields, RequestErrors errors)
    {
        string format = fields.GetString("encoding_format") ?? Float;
        if (format is not (Float or Base64))
        {
            errors.AddInvalidValue("encoding_format", "'encoding_format' must be one of float, base64.");
        }

        return format;
    }
}
