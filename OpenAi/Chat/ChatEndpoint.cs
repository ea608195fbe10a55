using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Document;

namespace MistralServe.OpenAi.Chat;

/// <summary>POST /v1/chat/completions.</summary>
internal static class ChatEndpoint
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteHandlerBuilder route = routes.MapRoute(HttpMethods.Post, "/chat/completions", CompleteAsync)
            .WithName("createChatCompletion").WithTags("Chat")
            .WithSummary("Continues a conversation.")
            .WithDescription(
                "Answers with one JSON object, or with server-sent events when 'stream' is true: chunks with 'object' "
                + "\"chat.completion.chunk\", then 'data: [DONE]'. A failure after the first event is an event with an 'error' object "
                + "and no [DONE].")
            .Accepts<ChatCompletionRequest>("application/json")
            .Produces<ChatCompletion>(StatusCodes.Status200OK, "application/json")
            .ProducesEvents<ChatCompletionChunk>();
        ErrorDescriptions.AddForGeneration(route);
    }

    private static async Task CompleteAsync(HttpContext context)
    {
        ChatService chat = context.Service<ChatService>();
        TimeProvider time = context.Service<TimeProvider>();
        ILoggerFactory loggers = context.Service<ILoggerFactory>();
        RequestResult<Call> call = await JsonBody.ReadAsync(
            context, ChatRequestReader.Names, body => Read(body, context.Features.Get<CallerIdentity>()?.Name ?? "", chat.Model.VocabularySize));
        if (!call.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, call.Error);
            return;
        }

        ChatStartResult start = await chat.StartAsync(call.Value.Generation, context.RequestAborted);
        if (start.Run is not { } run)
        {
            await ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(start.Failure!));
            return;
        }

        UnenforcedKeywords.AddTo(context.Response.Headers, run.UnenforcedKeywords);
        await AnswerAsync(
            context, run, call.Value, chat.Vocabulary, AnswerIdentity.Create("chatcmpl-", chat.Model, time), loggers.CreateLogger("MistralServe.OpenAi"));
    }

    private static Task AnswerAsync(HttpContext context, ChatRun run, Call call, IVocabulary vocabulary, AnswerIdentity identity, ILogger logger) =>
        call.Stream
            ? AnswerStreamWriter.WriteAsync(
                context, run.Generation, call.Generation.Choices,
                events => new ChatChunkWriter(events, identity, call.IncludeUsage, call.Generation.Choices, run.CreateParser, call.Form)
                {
                    Details = TokenDetails.Create(call.Extras, vocabulary, isChat: true),
                    Timings = call.Extras.Timings,
                    Progress = call.Extras.Progress,
                    ServiceTier = call.Extras.ServiceTier,
                },
                call.Extras.KeepAliveInterval, logger)
            : AnswerWriter.WriteAsync(
                context, run.Generation, call.Generation.Choices, run.CreateParser,
                answer => ChatCompletion.From(identity, answer, call.Extras, vocabulary, call.Form), OpenAiJsonContext.Default.ChatCompletion);

    private static RequestResult<Call> Read(JsonElement body, string principal, int vocabularySize)
    {
        RequestResult<ChatCompletionRequest> request = ChatRequestReader.Read(body, ChatRequestDialect.OpenAi);
        if (!request.Succeeded)
        {
            return request.Error;
        }

        RequestResult<ChatGeneration> generation = ChatRequestValidator.Validate(request.Value, principal, vocabularySize);
        return generation.Succeeded
            ? new Call(generation.Value, request.Value.Stream ?? false, request.Value.StreamOptions?.IncludeUsage ?? false,
                AnswerExtras.From(request.Value, generation.Value.TopLogProbabilities is not null), ChatAnswerForm.From(request.Value))
            : generation.Error;
    }

    /// <summary>A request that may run, and how its answer is written.</summary>
    private sealed record Call(ChatGeneration Generation, bool Stream, bool IncludeUsage, AnswerExtras Extras, ChatAnswerForm Form);
}
