using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Messages;

/// <summary>Checks a request for a message and makes the generation of it: the only way from the wire to the engine. Any thread.</summary>
internal static class MessagesRequestValidator
{
    private static readonly FrozenSet<string> ChoiceNames = new[] { "type", "name", "disable_parallel_tool_use" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> ThinkingNames = new[] { "type", "budget_tokens" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly TextList StopSequences = new("stop_sequences", GenerationLimits.MaxStopStrings, GenerationLimits.MaxStopBytes);

    /// <summary>Validates a request.</summary>
    /// <param name="request">What the reader read; its JSON document must still live.</param>
    /// <param name="principal">Name of the caller's key; empty when no keys are configured.</param>
    /// <param name="vocabularySize">Number of tokens of the model; 0 when it is not known.</param>
    public static RequestResult<ChatGeneration> Validate(MessagesRequest request, string principal, int vocabularySize)
    {
        var errors = new RequestErrors();
        IReadOnlyList<ChatMessage> messages = new MessagesInputReader(errors).Read(request.System, request.Messages!.Value);
        List<ChatTool> tools = FunctionFields.Anthropic.Read(request.Tools, errors);
        (ToolChoice choice, bool parallel) = ReadChoice(request.ToolChoice, tools, errors);
        (string? effort, int? budget) = ReadThinking(request.Thinking, errors);
        var ranges = new FieldRanges(errors);
        var prompt = new ChatGeneration
        {
            Messages = messages,
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = parallel,
            ReasoningEffort = effort,
            ReasoningBudget = budget,
            MaxTokens = Lower(ranges.AtLeast("max_tokens", request.MaxTokens, 1), ranges.Limit("n_predict", request.PredictCount)),
        };
        if (messages is [.., { Role: "assistant", ToolCalls.Count: 0 }])
        {
            // The client has begun the answer itself: it is gone on with.
            prompt = prompt with { ContinueFinalMessage = true, AddGenerationPrompt = false };
        }

        ChatGeneration generation = GenerationFieldsValidator.Apply(prompt, request, principal, vocabularySize, errors);
        generation = generation with { StopStrings = [.. StopSequences.Read(request.StopSequences, errors), .. generation.StopStrings] };
        return errors.First is { } error ? error : generation;
    }

    // max_tokens is required, so that a further limit is one below it.
    private static int? Lower(int? one, int? other) => one is null || other is null ? one ?? other : Math.Min(one.Value, other.Value);

    private static (ToolChoice Choice, bool Parallel) ReadChoice(JsonElement? value, IReadOnlyList<ChatTool> tools, RequestErrors errors)
    {
        if (value is not { } element)
        {
            return (new ToolChoice(ToolChoiceMode.Auto), true);
        }

        var fields = new JsonFields(element, "tool_choice", ChoiceNames, errors);
        bool parallel = !(fields.GetBoolean("disable_parallel_tool_use") ?? false);
        string? name = fields.GetString("name");
        ToolChoice choice = new(ToolChoiceMode.Auto);
        switch (fields.GetString("type"))
        {
            case "auto":
                break;
            case "none":
                choice = new ToolChoice(ToolChoiceMode.None);
                break;
            case "any":
                choice = new ToolChoice(ToolChoiceMode.Required);
                break;
            case "tool" when name is not null:
                choice = new ToolChoice(ToolChoiceMode.Required, [name]);
                break;
            case "tool":
                errors.AddMissing("tool_choice.name", "'tool_choice.name' is required.");
                break;
            case null:
                errors.AddMissing("tool_choice.type", "'tool_choice.type' is required.");
                break;
            default:
                errors.AddInvalidValue("tool_choice.type", "'tool_choice.type' must be one of auto, any, tool, none.");
                break;
        }

        if (choice.Mode == ToolChoiceMode.Required && (tools.Count == 0 || choice.AllowedNames?.All(allowed => tools.Any(tool => tool.Name == allowed)) == false))
        {
            errors.AddInvalidValue("tool_choice", "'tool_choice' asks for a tool that is not in 'tools'.");
        }

        return (choice, parallel);
    }

    // As in Anthropic's API, a request that does not ask for thinking gets none.
    private static (string? Effort, int? Budget) ReadThinking(JsonElement? value, RequestErrors errors)
    {
        if (value is not { } element)
        {
            return ("none", null);
        }

        var fields = new JsonFields(element, "thinking", ThinkingNames, errors);
        long? budget = fields.GetInteger("budget_tokens", saturate: true);
        switch (fields.GetString("type"))
        {
            case "disabled":
                return ("none", null);
            case "enabled" when budget is null:
                errors.AddMissing("thinking.budget_tokens", "'thinking.budget_tokens' is required: the most tokens of thinking.");
                return (null, null);
            case "enabled":
                return (null, new FieldRanges(errors).AtLeast("thinking.budget_tokens", budget, 1));
            case "adaptive" or "between_tools":
                return (null, null);
            case null:
                errors.AddMissing("thinking.type", "'thinking.type' is required.");
                return (null, null);
            default:
                errors.AddInvalidValue("thinking.type", "'thinking.type' must be one of enabled, disabled, adaptive.");
                return (null, null);
        }
    }
}
