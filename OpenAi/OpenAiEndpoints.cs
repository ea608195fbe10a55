using MistralServe.Json;
using MistralServe.OpenAi.Chat;
using MistralServe.OpenAi.Completions;
using MistralServe.OpenAi.Embeddings;
using MistralServe.OpenAi.Models;

namespace MistralServe.OpenAi;

/// <summary>What the host needs to put the REST API on a port.</summary>
internal static class OpenAiEndpoints
{
    /// <summary>Registers the wire records with the framework, which the OpenAPI document is made from.</summary>
    public static IServiceCollection AddWireRecords(IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, OpenAiJsonContext.Default));

    /// <summary>
    /// Puts request ids and error objects around everything that follows; call it before any other middleware. Needs a
    /// <see cref="TimeProvider"/> among the services.
    /// </summary>
    public static IApplicationBuilder UseErrorObjects(IApplicationBuilder app) => app.UseMiddleware<ErrorObjectMiddleware>();

    /// <summary>
    /// Maps the routes of the API. Needs the singletons <see cref="Inference.Chat.ChatService"/>, <see cref="Inference.Chat.CompletionService"/>,
    /// <see cref="Inference.Embedding.EmbeddingService"/>, <see cref="Inference.Engine.InferenceEngine"/> and <see cref="TimeProvider"/>.
    /// </summary>
    /// <returns>The group, for conventions of the host.</returns>
    public static RouteGroupBuilder Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1");
        ChatEndpoint.Map(group);
        CompletionEndpoint.Map(group);
        EmbeddingEndpoint.Map(group);
        ModelsEndpoint.Map(group);
        return group;
    }
}
