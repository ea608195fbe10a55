namespace MistralServe.OpenAi.Messages;

/// <summary>Which requests are for Anthropic's API.</summary>
internal static class MessagesRoutes
{
    /// <summary>Whether a request is: by its path, so that also what no endpoint answers gets the right error object.</summary>
    public static bool Includes(HttpContext context) => context.Request.Path.StartsWithSegments("/v1/messages", StringComparison.OrdinalIgnoreCase);
}
