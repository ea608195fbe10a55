using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Responses;

/// <summary>Reads a request for a response from JSON: types of simple values and refused fields. The rest is the validator's. Any thread.</summary>
internal static class ResponseRequestReader
{
    /// <summary>Names of the fields, those that are refused included; the rest is ignored.</summary>
    public static FrozenSet<string> Names { get; } =
        new[]
        {
            "input", "instructions", "previous_response_id", "max_output_tokens", "max_tool_calls", "tools", "tool_choice", "parallel_tool_calls",
            "text", "reasoning", "include", "top_logprobs", "store", "background", "truncation",
        }.Concat(GenerationFieldsReader.Names).Concat(UnsupportedFields.Responses.Names).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the request.</summary>
    /// <returns>The request, which refers to the document of <paramref name="root"/>; or an error that names the field.</returns>
    public static RequestResult<ResponseRequest> Read(JsonElement root)
    {
        var errors = new RequestErrors();
        var fields = new JsonFields(root, "", Names, errors);
        UnsupportedFields.Responses.Check(fields, errors);
        string? truncation = fields.GetString("truncation");
        if (truncation is not (null or ResponseRequest.NoTruncation or ResponseRequest.AutoTruncation))
        {
            errors.AddInvalidValue("truncation", "'truncation' must be auto or disabled.");
        }

        var own = new ResponseRequest
        {
            Input = fields.Get("input"),
            Instructions = fields.GetString("instructions"),
            PreviousResponseId = fields.GetString("previous_response_id"),
            MaxOutputTokens = fields.GetInteger("max_output_tokens", saturate: true),
            MaxToolCalls = fields.GetInteger("max_tool_calls", saturate: true),
            Tools = fields.Get("tools"),
            ToolChoice = fields.Get("tool_choice"),
            ParallelToolCalls = fields.GetBoolean("parallel_tool_calls"),
            Text = fields.Get("text"),
            Reasoning = fields.Get("reasoning"),
            Include = fields.Get("include"),
            TopLogProbabilities = fields.GetInteger("top_logprobs", saturate: true),
            Store = fields.GetBoolean("store"),
            Truncation = truncation,
            Background = fields.GetBoolean("background"),
        };
        ResponseRequest request = GenerationFieldsReader.Read(own, fields, errors);
        return errors.First is { } error ? error : request;
    }
}
