using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Json;

namespace MistralServe.OpenAi.Chat;

/// <summary>POST /v1/chat/completions.</summary>
internal static class ChatEndpoint
{
    // Below the shortest idle limits of common proxies (30 to 60 s) and of Node's fetch (300 s), with room for one lost comment.
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(10);

    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/chat/completions", CompleteAsync)
            .WithName("createChatCompletion").WithTags("Chat")
            .WithSummary("Continues a conversation.")
            .WithDescription(
                "Answers with one JSON object, or with server-sent events when 'stream' is true: chunks with 'object' "
                + "\"chat.completion.chunk\", then 'data: [DONE]'. A failure after the first event is an event with an 'error' object "
                + "and no [DONE].")
            .Accepts<ChatCompletionRequest>("application/json")
            .Produces<ChatCompletion>(StatusCodes.Status200OK, "application/json", "text/event-stream")
            .Produces<ErrorResponse>(StatusCodes.Status400BadRequest, "application/json")
            .Produces<ErrorResponse>(StatusCodes.Status408RequestTimeout, "application/json")
            .Produces<ErrorResponse>(StatusCodes.Status413PayloadTooLarge, "application/json")
            .Produces<ErrorResponse>(StatusCodes.Status415UnsupportedMediaType, "application/json")
            .Produces<ErrorResponse>(StatusCodes.Status500InternalServerError, "application/json")
            .Produces<ErrorResponse>(StatusCodes.Status503ServiceUnavailable, "application/json");

    private static async Task CompleteAsync(
        HttpContext context, [FromServices] ChatService chat, [FromServices] TimeProvider time, [FromServices] ILoggerFactory loggers)
    {
        RequestResult<Call> call = await ReadAsync(context);
        if (!call.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, call.Error);
            return;
        }

        StartResult start = await chat.StartAsync(call.Value.Generation, context.RequestAborted);
        if (start.Generation is not { } generation)
        {
            await ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(start.Failure!));
            return;
        }

        AnswerIdentity identity = AnswerIdentity.Create(chat.Model, time);
        await (call.Value.Stream
            ? ChatStreamWriter.WriteAsync(
                context, generation, identity, call.Value.IncludeUsage, KeepAliveInterval, loggers.CreateLogger("MistralServe.OpenAi"))
            : ChatAnswerWriter.WriteAsync(context, generation, identity));
    }

    private static async Task<RequestResult<Call>> ReadAsync(HttpContext context)
    {
        if (!IsJsonInUtf8(context.Request))
        {
            return StatusErrors.ForStatus(StatusCodes.Status415UnsupportedMediaType, context);
        }

        try
        {
            using JsonDocument document = await JsonDocument.ParseAsync(
                context.Request.Body, JsonText.DocumentOptions, context.RequestAborted);
            return Read(document.RootElement, context.Features.Get<CallerIdentity>()?.Name ?? "");
        }
        catch (JsonException e)
        {
            var errors = new RequestErrors();
            errors.AddInvalidJson(
                $"The body is empty, is no valid JSON, or is nested deeper than {JsonText.MaxDepth} levels "
                + $"(line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).");
            return errors.First!;
        }
    }

    private static RequestResult<Call> Read(JsonElement body, string principal)
    {
        RequestResult<ChatCompletionRequest> request = ChatRequestReader.Read(body, ChatRequestDialect.OpenAi);
        if (!request.Succeeded)
        {
            return request.Error;
        }

        RequestResult<ChatGeneration> generation = ChatRequestValidator.Validate(request.Value, principal);
        return generation.Succeeded
            ? new Call(generation.Value, request.Value.Stream ?? false, request.Value.StreamOptions?.IncludeUsage ?? false)
            : generation.Error;
    }

    // A page in a browser can send text/plain to another origin without asking, but not JSON.
    private static bool IsJsonInUtf8(HttpRequest request) =>
        request.HasJsonContentType()
        && MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <summary>A request that may run, and how its answer is written.</summary>
    private sealed record Call(ChatGeneration Generation, bool Stream, bool IncludeUsage);
}
