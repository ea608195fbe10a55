using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Json;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Completions;

/// <summary>Reads a text completion request from JSON: types, required fields and refused fields. Ranges are the validator's. Any thread.</summary>
internal static class CompletionRequestReader
{
    private static readonly FrozenSet<string> RootNames =
        new[] { "prompt", "max_tokens", "best_of", "echo", "suffix", "logprobs" }
            .Concat(GenerationFieldsReader.Names).Concat(UnsupportedFields.Completions.Names).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the request.</summary>
    /// <param name="root">Body of the request.</param>
    /// <returns>
    /// The request, which refers to the document of <paramref name="root"/>; or an error whose <see cref="ApiError.Param"/> is
    /// the path of the field and whose <see cref="ApiError.Message"/> is a sentence that names it.
    /// </returns>
    public static RequestResult<CompletionRequest> Read(JsonElement root)
    {
        var errors = new RequestErrors();
        if (!JsonText.IsWellFormed(root))
        {
            errors.AddNotUnicode();
            return errors.First!;
        }

        var fields = new JsonFields(root, "", RootNames, errors);
        UnsupportedFields.Completions.Check(fields, errors);
        JsonElement? prompt = fields.Get("prompt");
        if (prompt is null)
        {
            errors.AddMissing("prompt", "'prompt' is required: a string or an array of token ids.");
        }

        var text = new CompletionRequest
        {
            Prompt = prompt ?? default,
            MaxTokens = fields.GetInteger("max_tokens", saturate: true),
            BestOf = fields.GetInteger("best_of", saturate: true),
            Echo = fields.GetBoolean("echo"),
            Suffix = fields.GetString("suffix") is { Length: > 0 } suffix ? suffix : null,
            LogProbabilities = fields.GetInteger("logprobs", saturate: true),
        };
        CompletionRequest request = GenerationFieldsReader.Read(text, fields, errors);
        return errors.First is { } error ? error : request;
    }
}
