using MistralServe.OpenAi.Messages;

namespace MistralServe.OpenAi;

/// <summary>The errors of routes, for the OpenAPI document.</summary>
internal static class ErrorDescriptions
{
    /// <summary>Errors that every route may give, whatever it does: no key, a wrong Host or Origin, a failure of the server.</summary>
    public static readonly IReadOnlyList<int> Everywhere =
    [
        StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status500InternalServerError,
    ];

    private static readonly int[] OfBodies =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status408RequestTimeout, StatusCodes.Status413PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status429TooManyRequests,
    ];

    /// <summary>Adds the errors of a route whose JSON body goes to the engine. 404 is an unknown model or response.</summary>
    public static void AddForGeneration(RouteHandlerBuilder route) => Add<ErrorResponse>(route, [.. OfBodies, StatusCodes.Status503ServiceUnavailable]);

    /// <summary>Adds the errors of a route of Anthropic's API.</summary>
    public static void AddForMessages(RouteHandlerBuilder route) => Add<MessagesError>(route, [.. OfBodies, .. Everywhere, MessagesError.OverloadedStatus]);

    /// <summary>Adds errors in OpenAI's form.</summary>
    public static RouteHandlerBuilder ProducesErrors(this RouteHandlerBuilder route, params int[] statuses)
    {
        Add<ErrorResponse>(route, statuses);
        return route;
    }

    private static void Add<T>(RouteHandlerBuilder route, int[] statuses)
    {
        foreach (int status in statuses)
        {
            route.Produces<T>(status, "application/json");
        }
    }
}
