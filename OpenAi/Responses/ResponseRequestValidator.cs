using System.Collections.Frozen;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Responses;

/// <summary>
/// Checks a request for a response and makes the generation and the response's first state of it: the only way from the wire to the engine. Any
/// thread.
/// </summary>
/// <param name="model">The loaded model.</param>
/// <param name="store">Stored responses.</param>
/// <param name="time">The clock.</param>
internal sealed class ResponseRequestValidator(ModelDescription model, ResponseStore store, TimeProvider time)
{
    private static readonly FrozenSet<string> ReasoningNames = new[] { "effort", "summary", "generate_summary" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Efforts =
        new[] { "none", "minimal", "low", "medium", "high", "xhigh", "max" }.ToFrozenSet(StringComparer.Ordinal);

    // Source: OpenAI's published list. All but the last ask for parts of tools that this server does not have.
    private static readonly FrozenSet<string> Includes = new[]
    {
        "file_search_call.results", "web_search_call.results", "web_search_call.action.sources", "message.input_image.image_url",
        "computer_call_output.output.image_url", "code_interpreter_call.outputs", "reasoning.encrypted_content", "message.output_text.logprobs",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Validates a request.</summary>
    /// <param name="request">What the reader read; its JSON document must still live.</param>
    /// <param name="principal">Name of the caller's key; empty when no keys are configured.</param>
    public RequestResult<ResponseCall> Validate(ResponseRequest request, string principal)
    {
        var errors = new RequestErrors();
        StoredResponse? previous = FindPrevious(request, principal, errors);
        (bool stores, bool background) = ReadStorage(request, errors);
        IReadOnlyList<ResponseItem> input = ReadInput(request, principal, errors);
        ResponseOutputFormat text = ResponseOutputFormat.Read(request.Text, errors);
        List<ChatTool> tools = FunctionFields.Responses.Read(request.Tools, errors);
        ToolChoice choice = ResponseToolChoice.Read(request.ToolChoice, tools, errors);
        string? effort = ReadEffort(request.Reasoning, errors);
        var ranges = new FieldRanges(errors);
        int? topLogProbabilities = ranges.Between("top_logprobs", request.TopLogProbabilities, 0, ResponseRequest.MaxTopLogProbabilities);
        bool showsLogProbabilities = topLogProbabilities > 0 | ReadIncludesLogProbabilities(request.Include, errors);
        if (errors.First is { } early)
        {
            return early;
        }

        ResponseItem[] context = [.. previous?.Conversation ?? [], .. input];
        var prompt = new ChatGeneration
        {
            Messages = ResponseConversation.ToMessages(request.Instructions, context),
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = request.ParallelToolCalls ?? true,
            ReasoningEffort = effort,
            DropsOldest = request.Truncation == ResponseRequest.AutoTruncation,
            MaxTokens = ranges.AtLeast("max_output_tokens", request.MaxOutputTokens, ResponseRequest.MinOutputTokens) ?? ranges.Limit("n_predict", request.PredictCount),
            TopLogProbabilities = showsLogProbabilities ? topLogProbabilities ?? 0 : null,
        };
        ChatGeneration generation = GenerationFieldsValidator.Apply(prompt, request, principal, model.VocabularySize, errors);
        if (text.Format is not null && generation.OutputFormat is { } other)
        {
            errors.AddInvalidValue(other.Param, $"'{other.Param}' and 'text.format' both say what the answer must be; give one of them.");
        }

        generation = generation with
        {
            OutputFormat = text.Format ?? generation.OutputFormat,
            TemplateVariables = AddVerbosity(generation.TemplateVariables, text.Verbosity),
        };
        ResponseObject template = CreateTemplate(request, generation, text, stores, background, ranges, errors);
        return errors.First is { } error
            ? error
            : new ResponseCall
            {
                Generation = generation,
                Template = template,
                Input = input,
                Context = context,
                PreviousBytes = previous?.ConversationBytes ?? 0,
                Stream = request.Stream ?? false,
                KeepAliveInterval = EventStream.IntervalOf(request),
                ShowsLogProbabilities = generation.TopLogProbabilities is not null,
            };
    }

    private StoredResponse? FindPrevious(ResponseRequest request, string principal, RequestErrors errors)
    {
        if (request.PreviousResponseId is not { } id)
        {
            return null;
        }

        if (!store.IsEnabled)
        {
            errors.AddUnsupported("previous_response_id", "'previous_response_id' cannot be honoured: this server stores no responses; send the whole conversation as 'input'.");
            return null;
        }

        StoredResponse? previous = store.Find(principal, id);
        if (previous is null)
        {
            errors.AddNotFound("previous_response_id", "previous_response_not_found", "'previous_response_id' names no response that is stored for you; it may have expired. Send the whole conversation as 'input'.");
        }
        else if (previous.IsRunning)
        {
            errors.AddInvalidValue("previous_response_id", "'previous_response_id' names a response that is still being generated; wait until it has ended.");
        }

        return previous;
    }

    private (bool Stores, bool Background) ReadStorage(ResponseRequest request, RequestErrors errors)
    {
        bool stores = (request.Store ?? true) && store.IsEnabled;
        bool background = request.Background ?? false;
        if (background && !stores)
        {
            errors.AddUnsupported(
                "background",
                store.IsEnabled ? "'background' needs 'store' to be true: else nobody could fetch the response." : "'background' cannot be honoured: this server stores no responses.");
        }

        return (stores, background);
    }

    private IReadOnlyList<ResponseItem> ReadInput(ResponseRequest request, string principal, RequestErrors errors)
    {
        if (request.Input is not { } input)
        {
            if (request.PreviousResponseId is null)
            {
                errors.AddMissing("input", "'input' is required: a string, or an array of items.");
            }

            return [];
        }

        IReadOnlyList<ResponseItem> items = new ResponseInputReader(id => store.FindItem(principal, id), errors).Read(input);
        if (items.Count == 0 && request.PreviousResponseId is null)
        {
            errors.AddInvalidValue("input", "'input' must have at least one item.");
        }

        return items;
    }

    private static string? ReadEffort(JsonElement? reasoning, RequestErrors errors)
    {
        if (reasoning is not { } value)
        {
            return null;
        }

        var fields = new JsonFields(value, "reasoning", ReasoningNames, errors);
        string? effort = fields.GetString("effort");
        if (effort is not null && !Efforts.Contains(effort))
        {
            errors.AddInvalidValue("reasoning.effort", $"'reasoning.effort' must be one of {string.Join(", ", Efforts.Order(StringComparer.Ordinal))}.");
        }

        _ = fields.GetString("summary");
        return effort;
    }

    private static bool ReadIncludesLogProbabilities(JsonElement? include, RequestErrors errors)
    {
        bool found = false;
        if (include is { } words)
        {
            ElementList.ForEach(words, "include", "an array of strings", errors, (word, path) =>
            {
                if (word.ValueKind != JsonValueKind.String)
                {
                    errors.AddInvalidType(path, $"'{path}' must be a string, not {JsonFields.Describe(word.ValueKind)}.");
                }
                else if (!Includes.Contains(word.GetString()!))
                {
                    errors.AddInvalidValue(path, $"'{path}' must be one of {string.Join(", ", Includes.Order(StringComparer.Ordinal))}.");
                }
                else
                {
                    found |= word.ValueEquals("message.output_text.logprobs"u8);
                }
            });
        }

        return found;
    }

    private static IReadOnlyDictionary<string, JsonElement> AddVerbosity(IReadOnlyDictionary<string, JsonElement> variables, string? verbosity) =>
        verbosity is null ? variables : new Dictionary<string, JsonElement>(variables) { ["verbosity"] = TextElement.From(verbosity) };

    private ResponseObject CreateTemplate(
        ResponseRequest request, ChatGeneration generation, ResponseOutputFormat text, bool stores, bool background, FieldRanges ranges, RequestErrors errors) => new()
        {
            Id = ResponseIds.New("resp_"),
            CreatedAt = time.GetUtcNow().ToUnixTimeSeconds(),
            Status = ResponseStatus.InProgress,
            Background = background,
            Instructions = request.Instructions,
            MaxOutputTokens = generation.MaxTokens is int.MaxValue ? null : generation.MaxTokens,
            MaxToolCalls = ranges.AtLeast("max_tool_calls", request.MaxToolCalls, 1),
            Model = model.Id,
            ParallelToolCalls = generation.ParallelToolCalls,
            PreviousResponseId = request.PreviousResponseId,
            PromptCacheKey = request.PromptCacheKey,
            Reasoning = new ResponseReasoning { Effort = generation.ReasoningEffort },
            SafetyIdentifier = request.SafetyIdentifier,
            Store = stores,
            Temperature = request.Temperature ?? 1,
            Text = text.Text,
            ToolChoice = request.ToolChoice?.Clone() ?? TextElement.From("auto"),
            Tools = [.. generation.Tools.Select(tool => new ResponseTool { Name = tool.Name, Description = tool.Description, Parameters = tool.Parameters, Strict = tool.Strict })],
            TopLogProbabilities = generation.TopLogProbabilities ?? 0,
            TopP = request.TopP ?? 1,
            Truncation = request.Truncation ?? ResponseRequest.NoTruncation,
            PresencePenalty = request.PresencePenalty ?? 0,
            FrequencyPenalty = request.FrequencyPenalty ?? 0,
            Usage = ResponseUsage.From(default, reasoningTokens: 0),
            User = request.User,
            Metadata = MetadataField.Read(request.Metadata, errors),
        };
}
