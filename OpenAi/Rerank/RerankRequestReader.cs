using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Ranking;

namespace MistralServe.OpenAi.Rerank;

/// <summary>Reads and checks a request to rank documents: the only way from the wire to the engine. Any thread.</summary>
internal static class RerankRequestReader
{
    private const string Documents = "documents";

    private static readonly FrozenSet<string> DocumentNames = new[] { "text" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Names of the fields; the rest is ignored.</summary>
    public static FrozenSet<string> Names { get; } =
        new[] { "model", "query", Documents, "top_n", "return_documents" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the request.</summary>
    /// <param name="root">Body of the REST request, or the arguments of the MCP tool.</param>
    /// <returns>
    /// The call, which refers to no JSON; or an error whose <see cref="ApiError.Param"/> is the path of the field and whose
    /// <see cref="ApiError.Message"/> is a sentence that names it. Lengths in tokens are checked later.
    /// </returns>
    public static RequestResult<RerankCall> Read(JsonElement root)
    {
        var errors = new RequestErrors();
        var fields = new JsonFields(root, "", Names, errors);
        fields.GetString("model"); // its type is checked, its value is free: there is one model
        var query = new RankQuery
        {
            Query = ReadQuery(fields, errors),
            Documents = ReadDocuments(fields.Get(Documents), errors),
            Top = ReadTop(fields, errors),
        };
        bool returnDocuments = fields.GetBoolean("return_documents") ?? false;
        return errors.First is { } error ? error : new RerankCall(query, returnDocuments);
    }

    private static string ReadQuery(JsonFields fields, RequestErrors errors)
    {
        if (fields.Get("query") is null)
        {
            errors.AddMissing("query", "'query' is required: the text that the documents are compared with.");
        }

        string query = fields.GetString("query") ?? "";
        if (query.Length == 0)
        {
            errors.AddInvalidValue("query", "'query' must not be empty.");
        }

        return query;
    }

    private static int? ReadTop(JsonFields fields, RequestErrors errors)
    {
        long? top = fields.GetInteger("top_n", saturate: true);
        if (top < 1)
        {
            errors.AddInvalidValue("top_n", $"'top_n' must be 1 or more, but is {top}.");
        }

        return top is { } value ? (int)Math.Clamp(value, 1, int.MaxValue) : null;
    }

    private static List<string> ReadDocuments(JsonElement? value, RequestErrors errors)
    {
        if (value is not { } list)
        {
            errors.AddMissing(Documents, $"'{Documents}' is required: an array of strings or of objects with a string 'text'.");
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            errors.AddInvalidType(Documents, $"'{Documents}' must be an array, not {JsonFields.Describe(list.ValueKind)}.");
            return [];
        }

        int count = list.GetArrayLength();
        if (count is 0 or > RankQuery.MaxDocuments)
        {
            errors.AddInvalidValue(Documents, $"'{Documents}' must have 1 to {RankQuery.MaxDocuments} entries, but has {count}.");
            return [];
        }

        var documents = new List<string>(count);
        foreach (JsonElement element in list.EnumerateArray())
        {
            documents.Add(ReadDocument(element, $"{Documents}[{documents.Count}]", errors));
            if (errors.First is not null)
            {
                break; // no reason to look at the rest
            }
        }

        return documents;
    }

    private static string ReadDocument(JsonElement element, string path, RequestErrors errors)
    {
        string? text;
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                text = element.GetString();
                break;
            case JsonValueKind.Object:
                var fields = new JsonFields(element, path, DocumentNames, errors);
                path = fields.PathOf("text");
                text = fields.GetString("text");
                if (fields.Get("text") is null)
                {
                    errors.AddMissing(path, $"'{path}' is required: the text of the document.");
                }

                break;
            default:
                errors.AddInvalidType(path, $"'{path}' must be a string or an object with a string 'text', not {JsonFields.Describe(element.ValueKind)}.");
                return "";
        }

        if (text is null or { Length: 0 })
        {
            errors.AddInvalidValue(path, $"'{path}' must not be empty.");
        }

        return text ?? "";
    }
}
