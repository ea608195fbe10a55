using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Json;

namespace MistralServe.OpenAi.Models;

/// <summary>GET /v1/models and GET /v1/models/{id}: the one model that is loaded, known from its header before it is.</summary>
internal static class ModelsEndpoint
{
    /// <summary>Maps both routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRoute(HttpMethods.Get, "/models", context => ListAsync(context, context.Service<ChatService>(), context.Service<InferenceEngine>()))
            .WithName("listModels").WithTags("Models").WithSummary("Lists the loaded model.")
            .Produces<ModelList>(StatusCodes.Status200OK, "application/json");

        // Ids of models contain slashes, so the id takes the rest of the path.
        routes.MapRoute(HttpMethods.Get, "/models/{**id}", context => GetAsync(context, context.RouteId(), context.Service<ChatService>(), context.Service<InferenceEngine>()))
            .WithName("retrieveModel").WithTags("Models").WithSummary("Describes the loaded model.")
            .Produces<ModelObject>(StatusCodes.Status200OK, "application/json")
            .Produces<ErrorResponse>(StatusCodes.Status404NotFound, "application/json");

        routes.MapRoute(HttpMethods.Head, "/models", context => ListAsync(context, context.Service<ChatService>(), context.Service<InferenceEngine>())).ExcludeFromDescription();
        routes.MapRoute(HttpMethods.Head, "/models/{**id}", context => GetAsync(context, context.RouteId(), context.Service<ChatService>(), context.Service<InferenceEngine>())).ExcludeFromDescription();
    }

    private static Task ListAsync(HttpContext context, ChatService chat, InferenceEngine engine) =>
        WriteListAsync(context, ModelObject.From(chat.Model, engine.ContextLength));

    private static Task GetAsync(HttpContext context, string id, ChatService chat, InferenceEngine engine) =>
        WriteOneAsync(context, ModelObject.From(chat.Model, engine.ContextLength), id);

    /// <summary>Writes the list.</summary>
    public static Task WriteListAsync(HttpContext context, ModelObject model) =>
        JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, new ModelList { Data = [model] }, OpenAiJsonContext.Default.ModelList);

    /// <summary>Writes the model if its id is asked for, else 404.</summary>
    /// <param name="context">The request.</param>
    /// <param name="model">The loaded model.</param>
    /// <param name="id">Rest of the path: decoded by the server, except for %2F.</param>
    public static Task WriteOneAsync(HttpContext context, ModelObject model, string id) =>
        id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) == model.Id
            ? JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, model, OpenAiJsonContext.Default.ModelObject)
            : ErrorWriter.WriteAsync(context, new ApiError(
                StatusCodes.Status404NotFound, "invalid_request_error", "model_not_found",
                $"There is no model of that name; the loaded one is '{model.Id}'.", "model"));
}
