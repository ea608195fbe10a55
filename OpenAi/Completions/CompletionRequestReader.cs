using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Completions;

/// <summary>Reads a text completion request from JSON: types, required fields and refused fields. Ranges are the validator's. Any thread.</summary>
internal static class CompletionRequestReader
{
    private const string MaxTokens = "max_tokens";
    private const string MaxTokensInCamelCase = "maxTokens";

    /// <summary>Names of the fields, those that are refused included; the rest is ignored.</summary>
    public static FrozenSet<string> Names { get; } =
        new[] { "prompt", MaxTokens, MaxTokensInCamelCase, "best_of", "echo", "suffix", "logprobs", "add_special_tokens" }
            .Concat(GenerationFieldsReader.Names).Concat(UnsupportedFields.Completions.Names).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the request.</summary>
    /// <param name="root">Body of the REST request, or the arguments of the MCP tool.</param>
    /// <param name="dialect">Which names of the token limit are known.</param>
    /// <returns>
    /// The request, which refers to the document of <paramref name="root"/>; or an error whose <see cref="ApiError.Param"/> is
    /// the path of the field and whose <see cref="ApiError.Message"/> is a sentence that names it.
    /// </returns>
    public static RequestResult<CompletionRequest> Read(JsonElement root, CompletionRequestDialect dialect = CompletionRequestDialect.OpenAi)
    {
        var errors = new RequestErrors();
        var fields = new JsonFields(root, "", Names, errors);
        UnsupportedFields.Completions.Check(fields, errors);
        JsonElement? prompt = fields.Get("prompt");
        if (prompt is null)
        {
            errors.AddMissing("prompt", "'prompt' is required: a string or an array of token ids.");
        }

        var text = new CompletionRequest
        {
            Prompt = prompt ?? default,
            MaxTokens = ReadTokenLimit(fields, dialect, errors),
            BestOf = fields.GetInteger("best_of", saturate: true),
            Echo = fields.GetBoolean("echo"),
            Suffix = fields.GetString("suffix") is { Length: > 0 } suffix ? suffix : null,
            AddSpecialTokens = fields.GetBoolean("add_special_tokens"),
            LogProbabilities = fields.GetInteger("logprobs", saturate: true),
        };
        CompletionRequest request = GenerationFieldsReader.Read(text, fields, errors);
        return errors.First is { } error ? error : request;
    }

    private static long? ReadTokenLimit(JsonFields fields, CompletionRequestDialect dialect, RequestErrors errors)
    {
        long? limit = fields.GetInteger(MaxTokens, saturate: true);
        if (dialect == CompletionRequestDialect.OpenAi)
        {
            return limit;
        }

        if (limit < 1) // what the schema of the tool says
        {
            errors.AddInvalidValue(MaxTokens, $"'{MaxTokens}' must be 1 or more, but is {limit}.");
        }

        if (fields.GetInteger(MaxTokensInCamelCase, saturate: true) is not { } camelCase)
        {
            return limit;
        }

        if (limit is not null && limit != camelCase)
        {
            errors.AddInvalidValue(MaxTokens, $"'{MaxTokens}' and '{MaxTokensInCamelCase}' mean the same and have different values; give one of them.");
        }
        else if (camelCase < 1) // here and not in the validator, because only here it is known which name the caller wrote
        {
            errors.AddInvalidValue(MaxTokensInCamelCase, $"'{MaxTokensInCamelCase}' must be 1 or more, but is {camelCase}.");
        }

        return camelCase;
    }
}
