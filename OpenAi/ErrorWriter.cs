using System.Globalization;
using MistralServe.Json;
using MistralServe.OpenAi.Messages;

namespace MistralServe.OpenAi;

/// <summary>
/// Writes an <see cref="ApiError"/> as the whole answer: status, headers that steer the clients' retries, error object. Routes of
/// Anthropic's API get the object and the statuses that its clients know.
/// </summary>
internal static class ErrorWriter
{
    /// <summary>Longest wait that OpenAI's clients honour; they ignore a longer one.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(60);

    /// <summary>Writes the error. The response must not have started. Request thread.</summary>
    public static Task WriteAsync(HttpContext context, ApiError error)
    {
        SetRetryHeaders(context.Response.Headers, error);
        if (MessagesRoutes.Includes(context))
        {
            return JsonAnswer.WriteAsync(
                context, MessagesError.StatusOf(error), MessagesError.From(error, context.TraceIdentifier), OpenAiJsonContext.Default.MessagesError);
        }

        return JsonAnswer.WriteAsync(context, error.Status, ErrorResponse.From(error), OpenAiJsonContext.Default.ErrorResponse);
    }

    private static void SetRetryHeaders(IHeaderDictionary headers, ApiError error)
    {
        if (error.RetryAfter is { } wait)
        {
            double milliseconds = Math.Clamp(wait.TotalMilliseconds, 1, LongestRetryAfter.TotalMilliseconds);
            headers.RetryAfter = Math.Ceiling(milliseconds / 1000).ToString(CultureInfo.InvariantCulture);
            headers["retry-after-ms"] = Math.Ceiling(milliseconds).ToString(CultureInfo.InvariantCulture);
        }
        else if (error.Status is 408 or 409 or 429 or >= 500)
        {
            // The clients retry these by themselves; without a time to try again, that would only multiply the failure.
            headers["x-should-retry"] = "false";
        }
    }
}
