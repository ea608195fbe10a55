using System.Collections.Frozen;
using System.Text.Json;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// Finds out by which name a caller wrote a field: arguments of MCP tools are written in camel case by custom, and the names of the REST API mean
/// the same there. One request, one thread.
/// </summary>
/// <param name="fields">The fields; must know <see cref="Names"/>.</param>
/// <param name="dialect">Where the request came from: the REST API knows only its own names.</param>
/// <param name="errors">Where two spellings with different values are noted.</param>
internal sealed class FieldSpelling(JsonFields fields, ChatRequestDialect dialect, RequestErrors errors)
{
    private static readonly FrozenDictionary<string, string> CamelCase = new Dictionary<string, string>
    {
        ["response_format"] = "responseFormat",
        ["tool_choice"] = "toolChoice",
        ["parallel_tool_calls"] = "parallelToolCalls",
        ["reasoning_effort"] = "reasoningEffort",
        ["reasoning_format"] = "reasoningFormat",
        ["thinking_token_budget"] = "thinkingTokenBudget",
        ["reasoning_budget_tokens"] = "reasoningBudgetTokens",
        ["chat_template_kwargs"] = "chatTemplateKwargs",
        ["add_generation_prompt"] = "addGenerationPrompt",
        ["continue_final_message"] = "continueFinalMessage",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Dictionary<string, string> _used = new(StringComparer.Ordinal);

    /// <summary>Both spellings of all fields that have two.</summary>
    public static IEnumerable<string> Names => CamelCase.Keys.Concat(CamelCase.Values);

    /// <summary>The fields that were written in camel case: their own name to the one that was used.</summary>
    public IReadOnlyDictionary<string, string> Used => _used;

    /// <summary>The name by which the caller wrote a field; its own when it is absent.</summary>
    /// <param name="name">The field's name in the REST API.</param>
    public string Of(string name)
    {
        string other = CamelCase[name];
        if (dialect != ChatRequestDialect.McpArguments || fields.Get(other) is not { } value)
        {
            return name;
        }

        if (fields.Get(name) is { } first && !JsonElement.DeepEquals(first, value))
        {
            errors.AddInvalidValue(other, $"'{other}' and '{name}' mean the same and have different values; give one of them.");
        }

        _used[name] = other;
        return other;
    }
}
