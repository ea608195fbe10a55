using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Document;

namespace MistralServe.OpenAi.Messages;

/// <summary>POST /v1/messages and POST /v1/messages/count_tokens: Anthropic's API, so that programs written against it run here.</summary>
internal static class MessagesEndpoint
{
    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteHandlerBuilder create = routes.MapRoute(HttpMethods.Post, "/messages", CreateAsync)
            .WithName("createMessage").WithTags("Messages")
            .WithSummary("Continues a conversation, in the form of Anthropic's API.")
            .WithDescription("Answers with one JSON object, or with named server-sent events when 'stream' is true. The key may come as 'x-api-key'.")
            .Accepts<MessagesRequest>("application/json")
            .Produces<MessagesAnswer>(StatusCodes.Status200OK, "application/json")
            .ProducesEvents<MessagesEvent>();
        RouteHandlerBuilder count = routes.MapRoute(HttpMethods.Post, "/messages/count_tokens", CountAsync)
            .WithName("countMessageTokens").WithTags("Messages")
            .WithSummary("Counts the tokens of a conversation without generating.")
            .Accepts<MessagesRequest>("application/json")
            .Produces<MessagesTokenCount>(StatusCodes.Status200OK, "application/json");
        ErrorDescriptions.AddForMessages(create);
        ErrorDescriptions.AddForMessages(count);
    }

    private static async Task CreateAsync(HttpContext context)
    {
        ChatService chat = context.Service<ChatService>();
        ILoggerFactory loggers = context.Service<ILoggerFactory>();
        RequestResult<Call> call = await ReadAsync(context, chat, needsMaxTokens: true);
        if (!call.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, call.Error);
            return;
        }

        (ChatStart? start, EngineFailure? failure) = await chat.BeginAsync(call.Value.Generation, context.RequestAborted);
        if (start is null)
        {
            await ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(failure!));
            return;
        }

        UnenforcedKeywords.AddTo(context.Response.Headers, start.UnenforcedKeywords);
        MessagesAnswer first = new()
        {
            Id = $"msg_{RequestIds.NewSuffix()}",
            Model = chat.Model.Id,
            Content = [],
            StopReason = null,
            StopSequence = null,
            Usage = MessagesUsage.From(new TokenUsage(start.Generation.PromptTokens, 0, 0)),
        };
        await (call.Value.Stream
            ? StreamAsync(context, start, CreateRun, call.Value.KeepAliveInterval, loggers.CreateLogger("MistralServe.OpenAi"))
            : AnswerAsync(context, start.Generation, CreateRun(null)));

        MessagesRun CreateRun(Action<MessagesEvent>? emit) =>
            new(first, call.Value!.Generation.StopStrings, start.CreateParser(), emit, context.TraceIdentifier);
    }

    private static Task StreamAsync(HttpContext context, ChatStart start, Func<Action<MessagesEvent>?, MessagesRun> createRun, TimeSpan keepAliveInterval, ILogger logger) =>
        EventStream.WriteAsync(
            context,
            start.Generation,
            events => new MessagesStream(events, createRun, error => OpenAiLog.FailedWhileStreaming(logger, context.TraceIdentifier, error.Code)),
            keepAliveInterval,
            logger);

    private static async Task AnswerAsync(HttpContext context, Generation owned, MessagesRun run)
    {
        using Generation generation = owned;
        bool more = true;
        await foreach (GenerationEvent item in generation.Events.ReadAllAsync(context.RequestAborted))
        {
            more = run.Push(item);
            if (!more)
            {
                break;
            }
        }

        if (more)
        {
            run.Break();
        }

        await (run.Error is { } error
            ? ErrorWriter.WriteAsync(context, error)
            : JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, run.Current, OpenAiJsonContext.Default.MessagesAnswer));
    }

    private static async Task CountAsync(HttpContext context)
    {
        ChatService chat = context.Service<ChatService>();
        RequestResult<Call> call = await ReadAsync(context, chat, needsMaxTokens: false);
        if (!call.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, call.Error);
            return;
        }

        (int? tokens, EngineFailure? failure) = await chat.CountAsync(call.Value.Generation, context.RequestAborted);
        await (failure is null
            ? JsonAnswer.WriteAsync(
                context, StatusCodes.Status200OK, new MessagesTokenCount { InputTokens = tokens!.Value }, OpenAiJsonContext.Default.MessagesTokenCount)
            : ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(failure)));
    }

    private static Task<RequestResult<Call>> ReadAsync(HttpContext context, ChatService chat, bool needsMaxTokens)
    {
        string principal = Caller.NameOf(context);
        return JsonBody.ReadAsync<Call>(context, MessagesRequestReader.Names, body =>
        {
            RequestResult<MessagesRequest> request = MessagesRequestReader.Read(body, needsMaxTokens);
            if (!request.Succeeded)
            {
                return request.Error;
            }

            RequestResult<ChatGeneration> generation = MessagesRequestValidator.Validate(request.Value, principal, chat.Model.VocabularySize);
            return generation.Succeeded ? new Call(generation.Value, request.Value.Stream ?? false, EventStream.IntervalOf(request.Value)) : generation.Error;
        });
    }

    /// <summary>A request that may run, and how its answer is written.</summary>
    private sealed record Call(ChatGeneration Generation, bool Stream, TimeSpan KeepAliveInterval);
}
