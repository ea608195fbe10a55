using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Json;
using MistralServe.OpenAi.Chat;
using MistralServe.OpenAi.Completions;
using MistralServe.OpenAi.Document;
using MistralServe.OpenAi.Embeddings;
using MistralServe.OpenAi.Messages;
using MistralServe.OpenAi.Models;
using MistralServe.OpenAi.Rerank;
using MistralServe.OpenAi.Responses;
using MistralServe.OpenAi.Telemetry;
using MistralServe.OpenAi.Tokens;

namespace MistralServe.OpenAi;

/// <summary>What the host needs to put the REST API on a port.</summary>
internal static class OpenAiEndpoints
{
    /// <summary>Registers what the endpoints need beside the model's services.</summary>
    public static void AddServices(IServiceCollection services, OpenAiOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<RestMetrics>().AddSingleton<RestTelemetry>().AddSingleton<UnknownFields>();
        services.AddSingleton(provider => new ModelCheck(provider.GetRequiredService<ChatService>().Model, options.StrictModelCheck));
        services.AddSingleton(provider => new ResponseStore(options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ResponseService(
            provider.GetRequiredService<ChatService>(), provider.GetRequiredService<ResponseStore>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
    }

    /// <summary>
    /// Puts request ids and error objects around everything that follows; call it before any other middleware. Needs a
    /// <see cref="TimeProvider"/> among the services.
    /// </summary>
    public static IApplicationBuilder UseErrorObjects(IApplicationBuilder app) => app.UseMiddleware<ErrorObjectMiddleware>();

    /// <summary>
    /// Maps the routes of the API. Needs, beside what <see cref="AddServices"/> adds, the singletons <see cref="Inference.Chat.ChatService"/>, <see cref="Inference.Chat.CompletionService"/>,
    /// <see cref="Inference.Embedding.EmbeddingService"/>, <see cref="Inference.Ranking.RankService"/>, <see cref="Inference.Engine.InferenceEngine"/> and <see cref="TimeProvider"/>.
    /// </summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1");
        ChatEndpoint.Map(group);
        CompletionEndpoint.Map(group);
        EmbeddingEndpoint.Map(group);
        RerankEndpoint.Map(routes, group);
        ModelsEndpoint.Map(group);
        ResponsesEndpoint.Map(group);
        StoredResponsesEndpoint.Map(group);
        MessagesEndpoint.Map(group);
        TokensEndpoint.Map(routes, group);
        ApplyTemplateEndpoint.Map(routes);
        PropertiesEndpoint.Map(routes);
        DocumentEndpoint.Map(routes);
        MetricsEndpoint.Map(routes);
    }

    /// <summary>Header lines, without the length, and body that answer what could not be read as a request.</summary>
    /// <param name="status">Status that the web server chose, 400 or above.</param>
    public static (string Headers, byte[] Body) Reject(int status) => (
        $"Content-Type: application/json\r\n{RequestIds.Header}: req_{RequestIds.NewSuffix()}\r\n",
        WireJson.Write(ErrorResponse.From(StatusErrors.ForStatus(status, context: null)), OpenAiJsonContext.Default.ErrorResponse).ToArray());
}
