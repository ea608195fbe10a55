namespace MistralServe.OpenAi.Document;

/// <summary>
/// GET /openapi/v1.json. The document is a file beside the program: the tests make it anew from the routes and the contracts of their records,
/// and fail when it differs. What makes it was more than a megabyte of native code.
/// </summary>
internal static class DocumentEndpoint
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/openapi/v1.json", [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)WriteAsync);

    private static Task WriteAsync(HttpContext context)
    {
        var file = new FileInfo(Path.Combine(AppContext.BaseDirectory, "assets", "openapi.json"));
        if (!file.Exists)
        {
            return ErrorWriter.WriteAsync(context, new ApiError(
                StatusCodes.Status404NotFound, "invalid_request_error", "not_found", "This installation lacks the file assets/openapi.json beside the program."));
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = file.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.SendFileAsync(file.FullName, CancellationToken.None);
    }
}
