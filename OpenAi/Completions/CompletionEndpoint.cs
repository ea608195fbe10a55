using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Document;

namespace MistralServe.OpenAi.Completions;

/// <summary>POST /v1/completions.</summary>
internal static class CompletionEndpoint
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteHandlerBuilder route = routes.MapRoute(HttpMethods.Post, "/completions", CompleteAsync)
            .WithName("createCompletion").WithTags("Completions")
            .WithSummary("Continues a text.")
            .WithDescription(
                "No chat template is applied, and special tokens are plain text. Answers with one JSON object, or with server-sent "
                + "events of the same form when 'stream' is true, then 'data: [DONE]'. A failure after the first event is an event with "
                + "an 'error' object and no [DONE].")
            .Accepts<CompletionRequest>("application/json")
            .Produces<TextCompletion>(StatusCodes.Status200OK, "application/json")
            .ProducesEvents<TextCompletionChunk>();
        ErrorDescriptions.AddForGeneration(route);
    }

    private static async Task CompleteAsync(HttpContext context)
    {
        CompletionService completions = context.Service<CompletionService>();
        TimeProvider time = context.Service<TimeProvider>();
        ILoggerFactory loggers = context.Service<ILoggerFactory>();
        RequestResult<CompletionPlan> plan = await JsonBody.ReadAsync(
            context, CompletionRequestReader.Names, body => Read(body, context.Features.Get<CallerIdentity>()?.Name ?? "", completions.Model.VocabularySize));
        if (!plan.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, plan.Error);
            return;
        }

        StartResult start = await completions.StartAsync(plan.Value.Generations, context.RequestAborted);
        if (start.Generation is not { } generation)
        {
            await ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(start.Failure!));
            return;
        }

        await AnswerAsync(
            context, generation, plan.Value, completions.Vocabulary, AnswerIdentity.Create("cmpl-", completions.Model, time), loggers.CreateLogger("MistralServe.OpenAi"));
    }

    /// <summary>Writes the answer of a running generation and disposes it on every way out. Request thread.</summary>
    public static Task AnswerAsync(
        HttpContext context, Generation generation, CompletionPlan plan, IVocabulary vocabulary, AnswerIdentity identity, ILogger logger) =>
        plan.Stream
            ? AnswerStreamWriter.WriteAsync(
                context, generation, plan.Generated, events => new TextChunkWriter(events, identity, plan, vocabulary)
                {
                    Details = TokenDetails.Create(plan.Extras, vocabulary, isChat: false),
                    Timings = plan.Extras.Timings,
                    Progress = plan.Extras.Progress,
                },
                plan.Extras.KeepAliveInterval, logger)
            : AnswerWriter.WriteAsync(
                context, generation, plan.Generated, static () => new PlainTextParser(),
                answer => TextCompletion.From(identity, plan, answer, vocabulary), OpenAiJsonContext.Default.TextCompletion);

    private static RequestResult<CompletionPlan> Read(JsonElement body, string principal, int vocabularySize)
    {
        RequestResult<CompletionRequest> request = CompletionRequestReader.Read(body);
        return request.Succeeded ? CompletionRequestValidator.Validate(request.Value, principal, vocabularySize) : request.Error;
    }
}
