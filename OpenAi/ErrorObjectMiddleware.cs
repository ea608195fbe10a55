using System.Globalization;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi.Telemetry;

namespace MistralServe.OpenAi;

/// <summary>
/// The outermost layer of the REST port: gives every answer its request id and every failure its error object, also those
/// that the framework answers by itself, and has every request written down. Request threads.
/// </summary>
internal sealed class ErrorObjectMiddleware(RequestDelegate next, ILoggerFactory loggers, TimeProvider time, RestTelemetry telemetry)
{
    /// <summary>Status under which a request whose client went away appears in log and metrics; nobody receives it. Source: nginx.</summary>
    public const int ClientGoneStatus = 499;

    /// <summary>The version of OpenAI's API that the answers follow. Source: the value the real service sends.</summary>
    private const string ApiVersion = "2020-10-01";

    private readonly ILogger _logger = loggers.CreateLogger("MistralServe.OpenAi");

    /// <summary>Runs the rest of the pipeline.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        long start = time.GetTimestamp();
        PrepareHeaders(context, start);
        await AnswerAsync(context);
        telemetry.Add(context, time.GetElapsedTime(start));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed && HttpMethods.IsOptions(context.Request.Method))
            {
                // Routing has put the route's methods into Allow, which is all that is asked for.
                context.Response.StatusCode = StatusCodes.Status204NoContent;
            }
            else if (context.Response.StatusCode >= 400 && !HasBody(context.Response))
            {
                await WriteStatusAsync(context, context.Response.StatusCode);
            }
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            OpenAiLog.ClientGone(_logger, context.TraceIdentifier);
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ClientGoneStatus;
            }
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await WriteStatusAsync(context, e.StatusCode);
        }
#pragma warning disable CA1031 // the outermost layer: whatever went wrong fails this request and no other
        catch (Exception e)
#pragma warning restore CA1031
        {
            OpenAiLog.UnexpectedFailure(_logger, e, context.TraceIdentifier);
            if (context.Response.HasStarted)
            {
                context.Abort(); // half an answer must not look whole
                return;
            }

            await WriteStatusAsync(context, StatusCodes.Status500InternalServerError);
        }
    }

    private void PrepareHeaders(HttpContext context, long start)
    {
        context.TraceIdentifier = RequestIds.Choose(context.Request.Headers);
        IHeaderDictionary headers = context.Response.Headers;
        headers[RequestIds.Header] = context.TraceIdentifier;
        headers["openai-version"] = ApiVersion;
        headers.XContentTypeOptions = "nosniff";
        context.Response.OnStarting(() =>
        {
            long milliseconds = (long)time.GetElapsedTime(start).TotalMilliseconds;
            headers["openai-processing-ms"] = milliseconds.ToString(CultureInfo.InvariantCulture);
            AddShare(context);
            return Task.CompletedTask;
        });
    }

    // Of requests at a time and not of requests a minute, but what remains and when to come back mean the same. Not for those who were not let in.
    private static void AddShare(HttpContext context)
    {
        if (context.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden
            || context.RequestServices.GetService<InferenceEngine>()?.FindShare(Caller.NameOf(context)) is not { } share)
        {
            return;
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers["x-ratelimit-limit-requests"] = share.Limit.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-requests"] = share.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-reset-requests"] = string.Create(CultureInfo.InvariantCulture, $"{(int)share.Reset.TotalSeconds}s");
    }

    private static Task WriteStatusAsync(HttpContext context, int status)
    {
        // A handler that failed half-way may have described a body that will not come.
        context.Response.Headers.ContentLength = null;
        context.Response.Headers.ContentEncoding = default;
        return ErrorWriter.WriteAsync(context, StatusErrors.ForStatus(status, context));
    }

    private static bool HasBody(HttpResponse response) =>
        response.HasStarted || response.ContentLength is not null || !string.IsNullOrEmpty(response.ContentType)
        || response.StatusCode == ClientGoneStatus;
}
