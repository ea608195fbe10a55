using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Document;

namespace MistralServe.OpenAi.Responses;

/// <summary>POST /v1/responses and POST /v1/responses/input_tokens.</summary>
internal static class ResponsesEndpoint
{
    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteHandlerBuilder create = routes.MapRoute(HttpMethods.Post, "/responses", CreateAsync)
            .WithName("createResponse").WithTags("Responses")
            .WithSummary("Generates a response.")
            .WithDescription(
                "Answers with one JSON object, or with named server-sent events when 'stream' is true. With 'background' it answers at once, and the "
                + "response goes on without its client: fetch it by its id.")
            .Accepts<ResponseRequest>("application/json")
            .Produces<ResponseObject>(StatusCodes.Status200OK, "application/json")
            .ProducesEvents<ResponseEvent>();
        ErrorDescriptions.AddForGeneration(create);
        create.Produces<ErrorResponse>(StatusCodes.Status404NotFound, "application/json");

        RouteHandlerBuilder count = routes.MapRoute(HttpMethods.Post, "/responses/input_tokens", CountAsync)
            .WithName("countResponseInputTokens").WithTags("Responses")
            .WithSummary("Counts the tokens of a response's input without generating.")
            .Accepts<ResponseRequest>("application/json")
            .Produces<ResponseInputTokens>(StatusCodes.Status200OK, "application/json");
        ErrorDescriptions.AddForGeneration(count);
        count.Produces<ErrorResponse>(StatusCodes.Status404NotFound, "application/json");
    }

    private static async Task CreateAsync(HttpContext context)
    {
        ChatService chat = context.Service<ChatService>();
        ResponseService responses = context.Service<ResponseService>();
        RequestResult<ResponseCall> call = await ReadAsync(context, responses);
        if (!call.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, call.Error);
            return;
        }

        (ChatStart? start, EngineFailure? failure) = await chat.BeginAsync(call.Value.Generation, context.RequestAborted);
        if (start is null)
        {
            await ErrorWriter.WriteAsync(context, ToApiError(failure!));
            return;
        }

        UnenforcedKeywords.AddTo(context.Response.Headers, start.UnenforcedKeywords);
        bool streams = call.Value.Stream;
        if (!call.Value.Template.Background)
        {
            await (streams ? responses.StreamAsync(context, call.Value, start) : responses.AnswerAsync(context, call.Value, start));
            return;
        }

        StoredResponse stored = responses.StartInBackground(call.Value, start, context.TraceIdentifier);
        await (streams
            ? ResponseFollower.WriteAsync(context, stored.Log!, next: 0, call.Value.KeepAliveInterval)
            : JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, stored.Current, OpenAiJsonContext.Default.ResponseObject));
    }

    private static async Task CountAsync(HttpContext context)
    {
        ChatService chat = context.Service<ChatService>();
        ResponseService responses = context.Service<ResponseService>();
        RequestResult<ResponseCall> call = await ReadAsync(context, responses);
        if (!call.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, call.Error);
            return;
        }

        (int? tokens, EngineFailure? failure) = await chat.CountAsync(call.Value.Generation, context.RequestAborted);
        await (failure is null
            ? JsonAnswer.WriteAsync(
                context, StatusCodes.Status200OK, new ResponseInputTokens { InputTokens = tokens!.Value }, OpenAiJsonContext.Default.ResponseInputTokens)
            : ErrorWriter.WriteAsync(context, ToApiError(failure)));
    }

    // A conversation is 'messages' to the engine, and 'input' to a client of this API.
    private static ApiError ToApiError(EngineFailure failure)
    {
        ApiError error = EngineErrors.ToApiError(failure);
        return error.Param == "messages" ? error with { Param = "input" } : error;
    }

    private static Task<RequestResult<ResponseCall>> ReadAsync(HttpContext context, ResponseService responses)
    {
        string principal = Caller.NameOf(context);
        return JsonBody.ReadAsync(context, ResponseRequestReader.Names, body =>
        {
            RequestResult<ResponseRequest> request = ResponseRequestReader.Read(body);
            return request.Succeeded ? responses.Validator.Validate(request.Value, principal) : request.Error;
        });
    }
}
