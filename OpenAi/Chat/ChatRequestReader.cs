using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// Reads a chat request from JSON: types, required fields and refused fields. Ranges are the validator's. Any thread.
/// </summary>
internal static class ChatRequestReader
{
    private const string MaxTokensInCamelCase = "maxTokens";
    private const string ResponseFormat = "response_format";

    /// <summary>Names of the fields, those that are refused included; the rest is ignored.</summary>
    public static FrozenSet<string> Names { get; } = new[]
    {
        "messages", "max_completion_tokens", "max_tokens", MaxTokensInCamelCase, "logprobs", "top_logprobs", "tools", "functions", "function_call", "verbosity",
        "include_reasoning",
    }.Concat(FieldSpelling.Names).Concat(GenerationFieldsReader.Names).Concat(UnsupportedFields.Chat.Names).ToFrozenSet(StringComparer.Ordinal);

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
        var fields = new JsonFields(root, "", Names, errors);
        UnsupportedFields.Chat.Check(fields, errors);
        (long? maxCompletionTokens, long? maxTokens) = ReadTokenLimits(fields, dialect, errors);
        var spelling = new FieldSpelling(fields, dialect, errors);
        var conversation = new ChatCompletionRequest
        {
            Messages = ChatMessageReader.Read(fields, errors),
            MaxCompletionTokens = maxCompletionTokens,
            MaxTokens = maxTokens,
            LogProbabilities = fields.GetBoolean("logprobs"),
            TopLogProbabilities = fields.GetInteger("top_logprobs", saturate: true),
            Tools = fields.Get("tools"),
            ToolChoice = fields.Get(spelling.Of("tool_choice")),
            ParallelToolCalls = fields.GetBoolean(spelling.Of("parallel_tool_calls")),
            Functions = fields.Get("functions"),
            FunctionCall = fields.Get("function_call"),
            ReasoningEffort = fields.GetString(spelling.Of("reasoning_effort")),
            ReasoningFormat = fields.GetString(spelling.Of("reasoning_format")),
            IncludeReasoning = fields.GetBoolean("include_reasoning"),
            ThinkingTokenBudget = fields.GetInteger(spelling.Of("thinking_token_budget"), saturate: true),
            ReasoningBudgetTokens = fields.GetInteger(spelling.Of("reasoning_budget_tokens"), saturate: true),
            Verbosity = fields.GetString("verbosity"),
            ChatTemplateVariables = fields.Get(spelling.Of("chat_template_kwargs")),
            AddGenerationPrompt = fields.GetBoolean(spelling.Of("add_generation_prompt")),
            ContinueFinalMessage = fields.GetBoolean(spelling.Of("continue_final_message")),
        };
        ChatCompletionRequest request = GenerationFieldsReader.Read(conversation, fields, errors);
        string format = spelling.Of(ResponseFormat);
        if (format != ResponseFormat)
        {
            request = request with { ResponseFormat = fields.Get(format), ResponseFormatName = format };
        }

        return errors.First is { } error ? error : request with { Spellings = spelling.Used };
    }

    private static (long? MaxCompletionTokens, long? MaxTokens) ReadTokenLimits(
        JsonFields fields, ChatRequestDialect dialect, RequestErrors errors)
    {
        string[] names = dialect == ChatRequestDialect.McpArguments
            ? ["max_completion_tokens", "max_tokens", MaxTokensInCamelCase]
            : ["max_completion_tokens", "max_tokens"];
        int least = dialect == ChatRequestDialect.McpArguments ? 1 : 0; // what the schema of the tool says
        long?[] values = new long?[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            values[i] = fields.GetInteger(names[i], saturate: true);
            if (values[i] < least) // here and not in the validator, because only here it is known which name the caller wrote
            {
                errors.AddInvalidValue(names[i], $"'{names[i]}' must be {least} or more, but is {values[i]}.");
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
}
