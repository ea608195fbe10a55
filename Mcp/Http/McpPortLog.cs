using MistralServe.Mcp.Telemetry;
using MistralServe.OpenAi;

namespace MistralServe.Mcp.Http;

/// <summary>
/// The outermost layer of the MCP port: gives every answer its request id and writes down what no tool or method will: refusals, streams,
/// notifications. Decides nothing.
/// </summary>
/// <param name="telemetry">Where it is written down.</param>
internal sealed class McpPortLog(McpTelemetry telemetry)
{
    // Nobody receives it. Source: nginx.
    private const int ClientGoneStatus = 499;

    /// <summary>Runs the rest of the pipeline.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        long start = telemetry.Start();
        context.TraceIdentifier = RequestIds.Choose(context.Request.Headers);
        context.Response.Headers[RequestIds.Header] = context.TraceIdentifier;
        bool isWhole = false;
        try
        {
            await next(context).ConfigureAwait(false);
            isWhole = true;
        }
        finally
        {
            string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";
            HttpResponse response = context.Response;
            int status = response.HasStarted || (isWhole && !context.RequestAborted.IsCancellationRequested) ? response.StatusCode
                : context.RequestAborted.IsCancellationRequested ? ClientGoneStatus
                : StatusCodes.Status500InternalServerError;
            bool isAnswered = status == StatusCodes.Status200OK && HttpMethods.IsPost(context.Request.Method);
            if (isAnswered)
            {
                telemetry.Metrics.AddExchange(route, status);
            }
            else if (McpEndpoints.Paths.Contains(route) || status >= 400)
            {
                telemetry.AddExchange(context, McpEndpoints.Paths.Contains(route) ? route : "other", status, start);
            }
        }
    }
}
