using System.Collections.Frozen;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// The body of POST /v1/chat/completions as it stands on the wire: types are checked, ranges are not. Null means absent.
/// Built by <see cref="ChatRequestReader"/>; <see cref="ChatRequestValidator"/> makes a generation of it. Raw values live as
/// long as the JSON document they came from.
/// </summary>
internal sealed record ChatCompletionRequest : GenerationFields
{
    [JsonPropertyName("messages")]
    [Description("The conversation, oldest message first; at least one message.")]
    public required IReadOnlyList<ChatRequestMessage> Messages { get; init; }

    [JsonPropertyName("max_completion_tokens")]
    [Description("Most tokens to generate; up to the end of the context when absent. Wins over max_tokens.")]
    [Range(0, int.MaxValue)]
    public long? MaxCompletionTokens { get; init; }

    [JsonPropertyName("max_tokens")]
    [Description("Older name of max_completion_tokens.")]
    [Range(0, int.MaxValue)]
    public long? MaxTokens { get; init; }

    [JsonPropertyName("logprobs")]
    [Description("Report the log probability of each token of the answer, by the model's own distribution: before temperature, penalties, biases and truncation. Default false.")]
    public bool? LogProbabilities { get; init; }

    [JsonPropertyName("top_logprobs")]
    [Description("How many of the most probable tokens to report at each place; needs logprobs. Default 0.")]
    [Range(0, GenerationLimits.MaxTopLogProbabilities)]
    public long? TopLogProbabilities { get; init; }

    [JsonPropertyName("tools")]
    [Description("Up to 128 tools {\"type\":\"function\",\"function\":{\"name\",\"description\",\"parameters\",\"strict\"}} that the model may call; parameters is a JSON Schema.")]
    public JsonElement? Tools { get; init; }

    [JsonPropertyName("tool_choice")]
    [Description("none, auto, required, {\"type\":\"function\",\"function\":{\"name\"}}, or {\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\",\"tools\"}}. Default auto.")]
    public JsonElement? ToolChoice { get; init; }

    [JsonPropertyName("parallel_tool_calls")]
    [Description("Whether one answer may call several tools. Default true.")]
    public bool? ParallelToolCalls { get; init; }

    [JsonPropertyName("functions")]
    [Description("Deprecated form of tools: the functions themselves. The answer then has function_call instead of tool_calls.")]
    public JsonElement? Functions { get; init; }

    [JsonPropertyName("function_call")]
    [Description("Deprecated form of tool_choice: none, auto, or {\"name\"}.")]
    public JsonElement? FunctionCall { get; init; }

    [JsonPropertyName("reasoning_effort")]
    [Description("none, minimal, low, medium, high, xhigh or max, for templates that know it; none turns reasoning off.")]
    public string? ReasoningEffort { get; init; }

    [JsonPropertyName("reasoning_format")]
    [Description("auto or deepseek tell reasoning apart as reasoning_content; none leaves it in the content. Default auto.")]
    public string? ReasoningFormat { get; init; }

    [JsonPropertyName("include_reasoning")]
    [Description("Whether the answer shows its reasoning. Default true.")]
    public bool? IncludeReasoning { get; init; }

    [JsonPropertyName("thinking_token_budget")]
    [Description("Most tokens of reasoning, after which it is closed; -1 for no limit.")]
    [Range(-1, int.MaxValue)]
    public long? ThinkingTokenBudget { get; init; }

    [JsonPropertyName("reasoning_budget_tokens")]
    [Description("Another name of thinking_token_budget.")]
    [Range(-1, int.MaxValue)]
    public long? ReasoningBudgetTokens { get; init; }

    [JsonPropertyName("verbosity")]
    [Description("low, medium or high, for templates that know it.")]
    public string? Verbosity { get; init; }

    [JsonPropertyName("chat_template_kwargs")]
    [Description("Further variables of the chat template, by name.")]
    public JsonElement? ChatTemplateVariables { get; init; }

    [JsonPropertyName("add_generation_prompt")]
    [Description("Whether the prompt ends with the opening of an assistant's turn. Default true.")]
    public bool? AddGenerationPrompt { get; init; }

    [JsonPropertyName("continue_final_message")]
    [Description("Whether the last message, an assistant's, is gone on with instead of being closed. Default false.")]
    public bool? ContinueFinalMessage { get; init; }

    /// <summary>Spellings that the caller used for fields with several, by the name here; absent means that one.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> Spellings { get; init; } = FrozenDictionary<string, string>.Empty;
}
