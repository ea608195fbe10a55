using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// Checks the ranges of a chat request and makes the generation of it: the only way from the wire to the engine. Any thread.
/// </summary>
internal static class ChatRequestValidator
{
    // Source: OpenAI's published lists.
    private static readonly string[] Efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

    private static readonly string[] Verbosities = ["low", "medium", "high"];

    // Variables of a template that the request has fields for, or that only the server knows.
    private static readonly FrozenSet<string> OwnVariables = new[]
    {
        "messages", "tools", "add_generation_prompt", "continue_final_message", "bos_token", "eos_token",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Validates a request.</summary>
    /// <param name="request">What the reader read; its JSON document must still live.</param>
    /// <param name="principal">Name of the caller's key; empty when no keys are configured.</param>
    /// <param name="vocabularySize">Number of tokens of the model; 0 when it is not known, then no token can be named.</param>
    /// <returns>A generation that refers to no JSON; or an error that names the field and its range.</returns>
    public static RequestResult<ChatGeneration> Validate(ChatCompletionRequest request, string principal, int vocabularySize = 0)
    {
        var errors = new RequestErrors();
        var ranges = new FieldRanges(errors);
        var prompt = new ChatGeneration
        {
            Messages = ChatMessageContent.ToMessages(request.Messages, errors),
            MaxTokens = ranges.AtLeast("max_completion_tokens", request.MaxCompletionTokens ?? request.MaxTokens, 0)
                ?? ranges.Limit("n_predict", request.PredictCount),
            TopLogProbabilities = ReadTopLogProbabilities(request, ranges, errors),
        };
        prompt = AddTools(prompt, request, errors);
        prompt = AddReasoning(prompt, request, ranges, errors);
        prompt = AddTemplateFields(prompt, request, errors);
        ChatGeneration generation = GenerationFieldsValidator.Apply(prompt, request, principal, vocabularySize, errors);
        return errors.First is { } error ? error : generation;
    }

    private static int? ReadTopLogProbabilities(ChatCompletionRequest request, FieldRanges ranges, RequestErrors errors)
    {
        int top = ranges.Between("top_logprobs", request.TopLogProbabilities, 0, GenerationLimits.MaxTopLogProbabilities) ?? 0;
        if (top > 0 && request.LogProbabilities is not true)
        {
            errors.AddInvalidValue("top_logprobs", "'top_logprobs' needs 'logprobs' to be true.");
        }

        return request.LogProbabilities is true ? top : null;
    }

    private static ChatGeneration AddTools(ChatGeneration generation, ChatCompletionRequest request, RequestErrors errors)
    {
        List<ChatTool> tools = FunctionFields.Chat.Read(request.Tools, errors);
        List<ChatTool> functions = FunctionFields.ChatFunctions.Read(request.Functions, errors);
        ToolChoice choice = new ChatToolChoice(Spelling(request, "tool_choice"), "tools", tools, errors).ReadTools(request.ToolChoice);
        ToolChoice functionCall = new ChatToolChoice("function_call", "functions", functions, errors).ReadFunctions(request.FunctionCall);
        if (functions.Count == 0)
        {
            return generation with { Tools = tools, ToolChoice = choice, ParallelToolCalls = request.ParallelToolCalls ?? true };
        }

        if (tools.Count > 0)
        {
            errors.AddInvalidValue("functions", "'functions' is the deprecated form of 'tools'; give one of them.");
        }

        // The answer has room for one call.
        return generation with { Tools = functions, ToolChoice = functionCall, ParallelToolCalls = false };
    }

    private static ChatGeneration AddReasoning(ChatGeneration generation, ChatCompletionRequest request, FieldRanges ranges, RequestErrors errors)
    {
        RequireWord(Spelling(request, "reasoning_effort"), request.ReasoningEffort, Efforts, errors);
        string format = Spelling(request, "reasoning_format");
        if (request.ReasoningFormat is not (null or "auto" or "none" or "deepseek"))
        {
            errors.AddUnsupported(format, $"'{format}' must be auto, deepseek or none.");
        }

        int? budget = ReadBudget(Spelling(request, "thinking_token_budget"), request.ThinkingTokenBudget, ranges);
        int? other = ReadBudget(Spelling(request, "reasoning_budget_tokens"), request.ReasoningBudgetTokens, ranges);
        if (budget is not null && other is not null && budget != other)
        {
            errors.AddInvalidValue(
                Spelling(request, "reasoning_budget_tokens"), "'thinking_token_budget' and 'reasoning_budget_tokens' mean the same and have different values; give one of them.");
        }

        return generation with
        {
            ReasoningEffort = request.ReasoningEffort,
            ReasoningBudget = budget ?? other,
            SplitReasoning = request.ReasoningFormat != "none",
        };
    }

    // -1 means none but the context.
    private static int? ReadBudget(string name, long? value, FieldRanges ranges) => ranges.AtLeast(name, value, -1) is { } budget and >= 0 ? budget : null;

    private static ChatGeneration AddTemplateFields(ChatGeneration generation, ChatCompletionRequest request, RequestErrors errors)
    {
        RequireWord("verbosity", request.Verbosity, Verbosities, errors);
        Dictionary<string, JsonElement> variables = ReadVariables(request, errors);
        if (request.Verbosity is { } verbosity)
        {
            variables["verbosity"] = TextElement.From(verbosity);
        }

        bool goesOn = request.ContinueFinalMessage ?? false;
        string field = Spelling(request, "continue_final_message");
        if (goesOn && request.AddGenerationPrompt is true)
        {
            errors.AddInvalidValue(field, $"'{field}' and '{Spelling(request, "add_generation_prompt")}' contradict each other; set one of them.");
        }

        if (goesOn && generation.Messages is [.., not { Role: "assistant", ToolCalls: [] }])
        {
            errors.AddInvalidValue(field, $"'{field}' needs a last message of the role assistant without tool calls.");
        }

        return generation with
        {
            TemplateVariables = variables,
            AddGenerationPrompt = !goesOn && (request.AddGenerationPrompt ?? true),
            ContinueFinalMessage = goesOn,
        };
    }

    private static Dictionary<string, JsonElement> ReadVariables(ChatCompletionRequest request, RequestErrors errors)
    {
        var variables = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        string field = Spelling(request, "chat_template_kwargs");
        if (request.ChatTemplateVariables is not { } value)
        {
            return variables;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.AddInvalidType(field, $"'{field}' must be an object, not {JsonFields.Describe(value.ValueKind)}.");
            return variables;
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (OwnVariables.Contains(property.Name))
            {
                errors.AddInvalidValue($"{field}.{property.Name}", $"'{field}.{property.Name}' cannot be set: the server gives the template this variable.");
            }

            variables[property.Name] = property.Value.Clone();
        }

        return variables;
    }

    private static void RequireWord(string name, string? value, string[] words, RequestErrors errors)
    {
        if (value is not null && !words.Contains(value, StringComparer.Ordinal))
        {
            errors.AddInvalidValue(name, $"'{name}' must be one of {string.Join(", ", words)}.");
        }
    }

    private static string Spelling(ChatCompletionRequest request, string name) => request.Spellings.GetValueOrDefault(name, name);
}
