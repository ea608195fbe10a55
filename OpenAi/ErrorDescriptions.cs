namespace MistralServe.OpenAi;

/// <summary>The errors of routes, for the OpenAPI document.</summary>
internal static class ErrorDescriptions
{
    /// <summary>Adds the errors of a route whose JSON body goes to the engine.</summary>
    public static void AddForGeneration(RouteHandlerBuilder route)
    {
        int[] statuses =
        [
            StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status413PayloadTooLarge,
            StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status500InternalServerError, StatusCodes.Status503ServiceUnavailable,
        ];
        foreach (int status in statuses)
        {
            route.Produces<ErrorResponse>(status, "application/json");
        }
    }
}
