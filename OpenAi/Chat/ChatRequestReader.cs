using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Json;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// Reads a chat request from JSON: types, required fields and refused fields. Ranges are the validator's. Any thread.
/// </summary>
internal static class ChatRequestReader
{
    private const string MaxTokensInCamelCase = "maxTokens";
    private const string ResponseFormatInCamelCase = "responseFormat";

    private static readonly FrozenSet<string> RootNames =
        new[] { "messages", "max_completion_tokens", "max_tokens", MaxTokensInCamelCase, ResponseFormatInCamelCase, "logprobs", "top_logprobs" }
            .Concat(GenerationFieldsReader.Names).Concat(UnsupportedFields.Chat.Names).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> MessageNames =
        new[] { "role", "content", "tool_calls", "function_call", "audio" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the request.</summary>
    /// <param name="root">Body of the REST request, or the arguments of the MCP tool.</param>
    /// <param name="dialect">Which names of the token limit are known.</param>
    /// <returns>
    /// The request, which refers to the document of <paramref name="root"/>; or an error whose <see cref="ApiError.Param"/> is
    /// the path of the field and whose <see cref="ApiError.Message"/> is a sentence that names it.
    /// </returns>
    public static RequestResult<ChatCompletionRequest> Read(JsonElement root, ChatRequestDialect dialect)
    {
        var errors = new RequestErrors();
        if (!JsonText.IsWellFormed(root))
        {
            errors.AddNotUnicode();
            return errors.First!;
        }

        var fields = new JsonFields(root, "", RootNames, errors);
        UnsupportedFields.Chat.Check(fields, errors);
        (long? maxCompletionTokens, long? maxTokens) = ReadTokenLimits(fields, dialect, errors);
        var conversation = new ChatCompletionRequest
        {
            Messages = ReadMessages(fields, errors),
            MaxCompletionTokens = maxCompletionTokens,
            MaxTokens = maxTokens,
            LogProbabilities = fields.GetBoolean("logprobs"),
            TopLogProbabilities = fields.GetInteger("top_logprobs", saturate: true),
        };
        ChatCompletionRequest request = UseCamelCase(GenerationFieldsReader.Read(conversation, fields, errors), fields, dialect, errors);
        return errors.First is { } error ? error : request;
    }

    private static (long? MaxCompletionTokens, long? MaxTokens) ReadTokenLimits(
        JsonFields fields, ChatRequestDialect dialect, RequestErrors errors)
    {
        string[] names = dialect == ChatRequestDialect.McpArguments
            ? ["max_completion_tokens", "max_tokens", MaxTokensInCamelCase]
            : ["max_completion_tokens", "max_tokens"];
        long?[] values = new long?[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            values[i] = fields.GetInteger(names[i], saturate: true);
            if (values[i] < 0) // here and not in the validator, because only here it is known which name the caller wrote
            {
                errors.AddInvalidValue(names[i], $"'{names[i]}' must be 0 or more, but is {values[i]}.");
            }
        }

        if (dialect == ChatRequestDialect.OpenAi)
        {
            return (values[0], values[1]);
        }

        string[] given = [.. names.Where((_, i) => values[i] is not null)];
        if (values.Where(value => value is not null).Distinct().Count() > 1)
        {
            errors.AddInvalidValue(
                given[0], $"{string.Join(", ", given.Select(name => $"'{name}'"))} mean the same and have different values; give one of them.");
        }

        return (values.FirstOrDefault(value => value is not null), null);
    }

    private static ChatCompletionRequest UseCamelCase(
        ChatCompletionRequest request, JsonFields fields, ChatRequestDialect dialect, RequestErrors errors)
    {
        if (dialect != ChatRequestDialect.McpArguments || fields.Get(ResponseFormatInCamelCase) is not { } format)
        {
            return request;
        }

        if (request.ResponseFormat is { } other && !JsonElement.DeepEquals(format, other))
        {
            errors.AddInvalidValue(
                ResponseFormatInCamelCase, "'responseFormat' and 'response_format' mean the same and have different values; give one of them.");
        }

        return request with { ResponseFormat = format, ResponseFormatName = ResponseFormatInCamelCase };
    }

    private static List<ChatRequestMessage> ReadMessages(JsonFields fields, RequestErrors errors)
    {
        var messages = new List<ChatRequestMessage>();
        if (fields.Get("messages") is not { } array)
        {
            errors.AddMissing("messages", "'messages' is required: an array with at least one message.");
            return messages;
        }

        if (array.ValueKind != JsonValueKind.Array)
        {
            errors.AddInvalidType("messages", $"'messages' must be an array, not {JsonFields.Describe(array.ValueKind)}.");
            return messages;
        }

        foreach (JsonElement element in array.EnumerateArray())
        {
            if (errors.First is not null)
            {
                break; // a list of a million wrong messages is no reason to look at all of them
            }

            messages.Add(ReadMessage(element, $"messages[{messages.Count}]", errors));
        }

        return messages;
    }

    private static ChatRequestMessage ReadMessage(JsonElement element, string path, RequestErrors errors)
    {
        var fields = new JsonFields(element, path, MessageNames, errors);
        string? role = fields.GetString("role");
        if (role is null)
        {
            errors.AddMissing(fields.PathOf("role"), $"'{fields.PathOf("role")}' is required.");
        }

        // Dropping them would hide from the model what it did before.
        foreach (string name in (ReadOnlySpan<string>)["tool_calls", "function_call", "audio"])
        {
            if (fields.Get(name) is { } value && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0))
            {
                errors.AddUnsupported(fields.PathOf(name), $"'{fields.PathOf(name)}' cannot be honoured: only text is supported.");
            }
        }

        return new ChatRequestMessage { Role = role ?? "", Content = fields.Get("content") };
    }
}
