using MistralServe.Inference.Ranking;
using MistralServe.Json;
using MistralServe.OpenAi.Embeddings;

namespace MistralServe.OpenAi.Rerank;

/// <summary>POST /v1/rerank, and the same under the paths that clients of Cohere and llama-server use.</summary>
internal static class RerankEndpoint
{
    private static readonly string[] Aliases = ["/rerank", "/v2/rerank", "/reranking", "/v1/reranking"];

    /// <summary>Maps the routes.</summary>
    /// <param name="root">For the other paths.</param>
    /// <param name="version">For the one under /v1.</param>
    public static void Map(IEndpointRouteBuilder root, IEndpointRouteBuilder version)
    {
        RouteHandlerBuilder route = version.MapRoute(HttpMethods.Post, "/rerank", RankAsync)
            .WithName("rerank").WithTags("Rerank")
            .WithSummary("Sorts documents by their relevance to a query.")
            .WithDescription(
                "Only for a reranker (pooling type rank). 'relevance_score' is the model's own number: larger is more relevant, its range is "
                + "the model's. 'usage' counts the query once for each document. Also at /rerank, /v2/rerank, /reranking and /v1/reranking.")
            .Accepts<RerankRequest>("application/json")
            .Produces<RerankAnswer>(StatusCodes.Status200OK, "application/json");
        ErrorDescriptions.AddForGeneration(route);
        foreach (string alias in Aliases)
        {
            root.MapRoute(HttpMethods.Post, alias, RankAsync).ExcludeFromDescription();
        }
    }

    private static async Task RankAsync(HttpContext context)
    {
        RankService ranking = context.Service<RankService>();
        RequestResult<RerankCall> call = await JsonBody.ReadAsync(context, RerankRequestReader.Names, RerankRequestReader.Read);
        if (!call.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, call.Error);
            return;
        }

        RankOutcome outcome = await ranking.ComputeAsync(call.Value.Query with { Principal = Caller.NameOf(context) }, context.RequestAborted);
        await (outcome.Answer is { } answer
            ? JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, Describe(answer, ranking.Model.Id, call.Value), OpenAiJsonContext.Default.RerankAnswer)
            : ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(outcome.Failure!)));
    }

    private static RerankAnswer Describe(RankAnswer answer, string model, RerankCall call) => new()
    {
        Model = model,
        Results = RerankResult.From(answer, call),
        Usage = EmbeddingUsage.From(answer.PromptTokens),
    };
}
