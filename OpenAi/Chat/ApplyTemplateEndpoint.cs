using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Json;

namespace MistralServe.OpenAi.Chat;

/// <summary>POST /apply-template: the prompt that a chat request would be generated from. Path and form are llama-server's.</summary>
internal static class ApplyTemplateEndpoint
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => ErrorDescriptions.AddForGeneration(routes.MapRoute(HttpMethods.Post, "/apply-template", ApplyAsync)
        .WithName("applyTemplate").WithTags("Chat").WithSummary("Renders a conversation by the chat template without generating.")
        .Accepts<ChatCompletionRequest>("application/json")
        .Produces<AppliedTemplate>(StatusCodes.Status200OK, "application/json"));

    private static async Task ApplyAsync(HttpContext context)
    {
        ChatService chat = context.Service<ChatService>();
        RequestResult<ChatGeneration> request = await JsonBody.ReadAsync(context, ChatRequestReader.Names, body =>
        {
            RequestResult<ChatCompletionRequest> read = ChatRequestReader.Read(body, ChatRequestDialect.OpenAi);
            return read.Succeeded ? ChatRequestValidator.Validate(read.Value, Caller.NameOf(context), chat.Model.VocabularySize) : read.Error;
        });
        if (!request.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, request.Error);
            return;
        }

        (string? prompt, EngineFailure? failure) = await chat.RenderAsync(request.Value, context.RequestAborted);
        await (prompt is null
            ? ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(failure!))
            : JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, new AppliedTemplate { Prompt = prompt }, OpenAiJsonContext.Default.AppliedTemplate));
    }
}
