using MistralServe.Inference.Embedding;
using MistralServe.Json;

namespace MistralServe.OpenAi.Embeddings;

/// <summary>POST /v1/embeddings.</summary>
internal static class EmbeddingEndpoint
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteHandlerBuilder route = routes.MapRoute(HttpMethods.Post, "/embeddings", EmbedAsync)
            .WithName("createEmbedding").WithTags("Embeddings")
            .WithSummary("Turns texts into vectors.")
            .WithDescription(
                "Only for an embedding model. Each vector is pooled as the model's file says and has length 1. 'embedding' is an array "
                + "of numbers, or a string with 'encoding_format' \"base64\".")
            .Accepts<EmbeddingRequest>("application/json")
            .Produces<EmbeddingList>(StatusCodes.Status200OK, "application/json");
        ErrorDescriptions.AddForGeneration(route);
    }

    private static async Task EmbedAsync(HttpContext context)
    {
        EmbeddingService embeddings = context.Service<EmbeddingService>();
        RequestResult<EmbeddingCall> call = await JsonBody.ReadAsync(context, EmbeddingRequestReader.Names, EmbeddingRequestReader.Read);
        if (!call.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, call.Error);
            return;
        }

        EmbeddingOutcome outcome = await embeddings.ComputeAsync(call.Value.Query with { Principal = Caller.NameOf(context) }, context.RequestAborted);
        await (outcome.Answer is { } answer
            ? JsonAnswer.WriteAsync(
                context, StatusCodes.Status200OK, Describe(answer, embeddings.Model.Id, call.Value.AsBase64), OpenAiJsonContext.Default.EmbeddingList)
            : ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(outcome.Failure!)));
    }

    private static EmbeddingList Describe(EmbeddingAnswer answer, string model, bool asBase64) => new()
    {
        Data = [.. answer.Vectors.Select((vector, index) => new EmbeddingObject { Index = index, Embedding = new EmbeddingValue(vector, asBase64) })],
        Model = model,
        Usage = EmbeddingUsage.From(answer.PromptTokens),
    };
}
