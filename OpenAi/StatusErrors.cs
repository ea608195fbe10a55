namespace MistralServe.OpenAi;

/// <summary>Error objects for statuses that the framework sets without a body.</summary>
internal static class StatusErrors
{
    private const string InvalidRequest = "invalid_request_error";

    /// <summary>The error for a status of 400 or above.</summary>
    /// <param name="status">The status.</param>
    /// <param name="context">The request; null for what could not be read as one.</param>
    public static ApiError ForStatus(int status, HttpContext? context) => status switch
    {
        401 => new ApiError(status, InvalidRequest, "invalid_api_key", "The API key is missing or wrong."),
        403 => new ApiError(status, "permission_error", "forbidden_origin", "This Host or Origin is not allowed."),
        404 => new ApiError(status, InvalidRequest, "not_found", "There is no such route; /openapi/v1.json lists those that exist."),
        405 => new ApiError(status, InvalidRequest, "method_not_supported", $"This route takes {AllowedMethods(context)} only."),
        408 => new ApiError(status, "timeout_error", "request_timeout", "The request came too slowly."),
        413 => new ApiError(status, InvalidRequest, "request_too_large", "The request body is larger than this server takes."),
        415 => new ApiError(
            status, InvalidRequest, "unsupported_media_type", "The body must be JSON in UTF-8, not compressed, sent with 'Content-Type: application/json'."),
        414 => new ApiError(status, InvalidRequest, "uri_too_long", "The request line is longer than this server takes."),
        431 => new ApiError(status, InvalidRequest, "headers_too_large", "The headers are larger or more than this server takes: 32 KiB in 100 lines."),
        505 => new ApiError(status, InvalidRequest, "http_version_not_supported", "This server speaks HTTP/1.1."),
        >= 500 => new ApiError(status, "server_error", "internal_error", "The server failed; its log knows the request by the id in x-request-id."),
        _ => new ApiError(status, InvalidRequest, "invalid_request", "The request is malformed."),
    };

    private static string AllowedMethods(HttpContext? context)
    {
        string? allow = context?.Response.Headers.Allow.ToString();
        return string.IsNullOrEmpty(allow) ? "other methods" : allow;
    }
}
