using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi.Models;

namespace MistralServe.OpenAi;

/// <summary>
/// Describes answers that are one JSON object or a stream of events, by the request: one status with two media types of different schemas. The
/// framework knows one schema a status, so that of the events is given under a status of its own and moved when the document is made.
/// </summary>
internal static class EventStreamDescription
{
    private const string EventStream = "text/event-stream";

    /// <summary>Where the events' schema waits; no answer has this status.</summary>
    private const int Placeholder = 299;

    /// <summary>Says what the data of a stream's events is.</summary>
    public static RouteHandlerBuilder ProducesEvents<T>(this RouteHandlerBuilder route) => route.Produces<T>(Placeholder, EventStream);

    /// <summary>Moves the schema.</summary>
    public static Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        string key = $"{Placeholder}";
        if (operation.Responses.Remove(key, out OpenApiResponse? events))
        {
            operation.Responses["200"].Content[EventStream] = events.Content[EventStream];
        }

        return Task.CompletedTask;
    }
}
