namespace MistralServe.OpenAi.Document;

/// <summary>Says that an answer may be a stream of events.</summary>
/// <param name="Type">Record of the events' data.</param>
internal sealed record EventStreamMetadata(Type Type);

/// <summary>A parameter of the query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its JSON type.</param>
/// <param name="Description">What it does.</param>
internal sealed record QueryParameter(string Name, string Type, string Description);

/// <summary>Ways to describe a route for the OpenAPI document.</summary>
internal static class RouteDescriptions
{
    /// <summary>Says what the data of the stream's events is.</summary>
    public static RouteHandlerBuilder ProducesEvents<T>(this RouteHandlerBuilder route) => route.WithMetadata(new EventStreamMetadata(typeof(T)));

    /// <summary>Adds a parameter of the query.</summary>
    public static RouteHandlerBuilder WithQuery(this RouteHandlerBuilder route, string name, string type, string description) =>
        route.WithMetadata(new QueryParameter(name, type, description));
}
