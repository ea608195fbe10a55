using Microsoft.Extensions.Logging;
using MistralServe.Inference.Chat.Templates;
using MistralServe.Inference.Chat.ToolFormats;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat;

/// <summary>From a conversation to a running answer, the same for both protocols. Any thread.</summary>
/// <param name="starter">Starts generations.</param>
/// <param name="template">The chat template; null refuses chat.</param>
/// <param name="constraints">Compiles what answers must be.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For templates that cannot be read and keywords that are dropped.</param>
internal sealed partial class ChatService(
    GenerationStarter starter, ChatTemplateSource? template, ModelConstraintCompiler constraints, TimeProvider time, ILogger logger)
{
    private const string Param = "messages";

    /// <summary>
    /// Share of the context that is left for an answer when the oldest messages are dropped: a quarter where the request does not say how long
    /// it may be, and never more than a half. Ours: dropping only what is over would leave room for a single token.
    /// </summary>
    private const int DefaultAnswerShare = 4;

    /// <inheritdoc cref="DefaultAnswerShare"/>
    private const int LargestAnswerShare = 2;

    private readonly AnswerConstraints _constraints = new(constraints, logger);
    private readonly Lock _reading = new();
    private (ChatModel? Model, EngineFailure? Failure)? _model;
    private (ChatModel? Model, EngineFailure? Failure)? _toolModel;

    /// <summary>What is served.</summary>
    public ModelDescription Model => starter.Model;

    /// <summary>The template that conversations are rendered by; null when there is none.</summary>
    public string? TemplateText => template?.Text;

    /// <summary>The loaded model's vocabulary; only once a generation was started.</summary>
    public IVocabulary Vocabulary => starter.Engine.Vocabulary;

    /// <summary>
    /// Renders and tokenises the conversation, says what the answer must be, and starts it (<see cref="GenerationStarter.StartAsync"/>).
    /// </summary>
    public async ValueTask<ChatStartResult> StartAsync(ChatGeneration request, CancellationToken cancellationToken)
    {
        Func<IChatOutputParser>? createParser = null;
        IReadOnlyList<string> unenforced = [];
        StartResult result = await starter.StartAsync(
            request,
            async () =>
            {
                (PromptResult prompt, createParser, unenforced) = await PrepareAsync(request, cancellationToken).ConfigureAwait(false);
                return prompt;
            },
            cancellationToken).ConfigureAwait(false);
        return result.Generation is { } generation
            ? new ChatStartResult(new ChatRun(generation, createParser!) { UnenforcedKeywords = unenforced }, null)
            : new ChatStartResult(null, result.Failure);
    }

    /// <summary>
    /// Counts the tokens of a conversation's prompt (<see cref="GenerationStarter.CountAsync"/>).
    /// </summary>
    public ValueTask<(int? Tokens, EngineFailure? Failure)> CountAsync(ChatGeneration request, CancellationToken cancellationToken) =>
        starter.CountAsync(request.Principal, () => ValueTask.FromResult<PromptResult>(Tokenize(request)), cancellationToken);

    /// <summary>
    /// Renders a conversation's prompt without generating. Waits for the model if it is still loading, because the template may ask for the
    /// spelling of its tokens.
    /// </summary>
    public async ValueTask<(string? Prompt, EngineFailure? Failure)> RenderAsync(ChatGeneration request, CancellationToken cancellationToken)
    {
        EngineFailure? failure = await starter.WaitUntilLoadedAsync(request.Principal, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            return (null, failure);
        }

        (_, RenderedPrompt? prompt, failure) = Render(request);
        return (prompt?.Text, failure);
    }

    private async ValueTask<(PromptResult Prompt, Func<IChatOutputParser>? CreateParser, IReadOnlyList<string> Unenforced)> PrepareAsync(
        ChatGeneration request, CancellationToken cancellationToken)
    {
        (ChatPrompt? prompt, EngineFailure? failure) = CreatePrompt(request);
        if (prompt is null)
        {
            return (new PromptResult(null, failure), null, []);
        }

        ChatModel model = prompt.Model;
        string end = ChatModel.FindEnd(prompt.Rendered, request);
        ConstraintResult constraint =
            await _constraints.CreateAsync(request, model, end, Vocabulary, starter.Engine.ContextLength, cancellationToken).ConfigureAwait(false);
        if (constraint.Failure is not null)
        {
            return (new PromptResult(null, constraint.Failure), null, []);
        }

        var options = new ToolParseOptions
        {
            Tools = AnswerConstraints.FindCallable(request),
            ParallelToolCalls = request.ParallelToolCalls,
            Required = request.ToolChoice.Mode == ToolChoiceMode.Required,
            PromptEnd = end,
            SplitReasoning = request.SplitReasoning,
        };

        // Beside tools, stop strings are for the text of the answer: in a call they would cut the arguments.
        var result = new PromptResult(prompt.Tokens, null)
        {
            Constraint = constraint.Factory,
            VisibleTokens = model.Markers.Texts,
            StopScope = request.StopStrings.Count > 0 && options.Tools.Count > 0 ? () => new TextScope(model.Format.CreateParser(options)) : null,
        };
        return (result, () => model.Format.CreateParser(options), constraint.Unenforced);
    }

    private (int[]? Tokens, EngineFailure? Failure) Tokenize(ChatGeneration request)
    {
        (ChatPrompt? prompt, EngineFailure? failure) = CreatePrompt(request);
        return (prompt?.Tokens, failure);
    }

    // The whole conversation, or as much of its end as fits if that is allowed.
    private (ChatPrompt? Prompt, EngineFailure? Failure) CreatePrompt(ChatGeneration request)
    {
        (ChatPrompt? prompt, EngineFailure? failure) = CreatePrompt(request, room: 1);
        if (failure?.Code != EngineFailureCode.ContextLengthExceeded || !request.DropsOldest)
        {
            return (prompt, failure);
        }

        int contextLength = starter.Engine.ContextLength;
        int room = Math.Min(request.MaxTokens ?? contextLength / DefaultAnswerShare, contextLength / LargestAnswerShare);
        prompt = ConversationCut.Find(request, rest => CreatePrompt(rest, room));
        return (prompt, prompt is null ? failure : null);
    }

    // Room: tokens that must be left for the answer.
    private (ChatPrompt? Prompt, EngineFailure? Failure) CreatePrompt(ChatGeneration request, int room)
    {
        (ChatModel? model, RenderedPrompt? rendered, EngineFailure? failure) = Render(request);
        if (rendered is null)
        {
            return (null, failure);
        }

        (int[]? tokens, failure) = starter.Check(model!.Tokenize(rendered), Param, room);
        return tokens is null ? (null, failure) : (new ChatPrompt(model, rendered, tokens), null);
    }

    private (ChatModel? Model, RenderedPrompt? Prompt, EngineFailure? Failure) Render(ChatGeneration request)
    {
        // A conversation that cannot fit is not worth rendering; the template adds at least as much as it takes away.
        long bytes = request.Messages.Sum(message => (long)message.Content.Length);
        EngineFailure? failure = starter.FindOverlong(bytes, Param);
        if (failure is not null)
        {
            return (null, null, failure);
        }

        (ChatModel? model, failure) = GetModel(request);
        if (model is null)
        {
            return (null, null, failure);
        }

        (RenderedPrompt? prompt, failure) = model.Render(request);
        return (model, prompt, failure);
    }

    // Once, at the first conversation: a cold start pays nothing for the template. Some models have one of its own for conversations with tools.
    private (ChatModel? Model, EngineFailure? Failure) GetModel(ChatGeneration request)
    {
        bool hasTools = request.OffersTools || request.Messages.Any(message => message.Role == "tool" || message.ToolCalls.Count > 0);
        lock (_reading)
        {
            return hasTools && template?.ToolText is { } text
                ? _toolModel ??= ReadModel(new ChatTemplateSource(text))
                : _model ??= ReadModel(template);
        }
    }

    private (ChatModel? Model, EngineFailure? Failure) ReadModel(ChatTemplateSource? source)
    {
        if (source is null)
        {
            return (null, new EngineFailure(EngineFailureCode.NoChatTemplate, $"The model {Model.Id} has no chat template. Start the server with --chat-template.", Param));
        }

        (ChatModel? model, string? problem) = ChatModel.Create(source, Vocabulary, time);
        if (model is not null)
        {
            LogModel(logger, model.Format.Name);
            return (model, null);
        }

        LogUnreadable(logger, problem!);
        return (null, new EngineFailure(
            EngineFailureCode.NoChatTemplate, $"The chat template of the model {Model.Id} cannot be read: {problem}. Start the server with --chat-template.", Param));
    }

    [LoggerMessage(EventId = 11, Level = LogLevel.Information, Message = "Chat: tool calls are read in the format {Format}")]
    private static partial void LogModel(ILogger logger, string format);

    [LoggerMessage(EventId = 12, Level = LogLevel.Error, Message = "The chat template cannot be read: {Problem}")]
    private static partial void LogUnreadable(ILogger logger, string problem);

    /// <summary>A conversation that fits: rendered and tokenised.</summary>
    private sealed record ChatPrompt(ChatModel Model, RenderedPrompt Rendered, int[] Tokens);
}
