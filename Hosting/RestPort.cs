using System.Net;
using Microsoft.AspNetCore.Http;
using MistralServe.Hosting.Access;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Messages;

namespace MistralServe.Hosting;

/// <summary>The port of the OpenAI-compatible REST API.</summary>
internal static class RestPort
{
    /// <summary>The listener, its rules and its endpoints.</summary>
    public static PortDefinition Define(ServeSettings settings, ApiKeyStore keys, IServedModel model) => new()
    {
        Flag = "--port",
        Listen = new IPEndPoint(ListenAddress.Parse(settings.Host), settings.Port),
        MaxBodySizeBytes = settings.MaxBodySizeBytes,
        Guard = new AccessGuard(
            new HostAllowList(settings), keys, unmatchedNeedsKey: true, WriteFailureAsync, new CorsPolicy(settings.CorsOrigins), MessagesRoutes.Includes),
        Health = model.GetHealth,
        AddServices = services =>
        {
            model.AddServices(services);
            OpenAiEndpoints.AddServices(services, ToApiOptions(settings));
        },
        Reject = OpenAiEndpoints.Reject,
        Wrap = app => OpenAiEndpoints.UseErrorObjects(app),
        Map = app =>
        {
            OpenAiEndpoints.Map(app);
        },
    };

    private static OpenAiOptions ToApiOptions(ServeSettings settings) => new()
    {
        StrictModelCheck = settings.StrictModelCheck,
        Parallel = settings.Parallel,
        ResponseStoreCount = settings.ResponseStoreCount,
        ResponseStoreBytes = settings.ResponseStoreMebibytes * 1024L * 1024,
        ResponseLifetime = settings.ResponseLifetime,
    };

    /// <summary>Answers a refused request with OpenAI's error object.</summary>
    internal static Task WriteFailureAsync(HttpContext context, AccessFailure failure)
    {
        ApiError error = failure switch
        {
            AccessFailure.HostNotAllowed => new ApiError(403, "permission_error", "forbidden_origin",
                "This Host is not allowed; the server's owner can allow it with --allowed-host."),
            AccessFailure.OriginNotAllowed => new ApiError(403, "permission_error", "forbidden_origin",
                "This Origin is not allowed; the server's owner can allow its host with --allowed-host."),
            AccessFailure.KeyMissing => new ApiError(401, "invalid_request_error", "invalid_api_key",
                "No API key was sent; send it as 'Authorization: Bearer KEY'."),
            _ => new ApiError(401, "invalid_request_error", "invalid_api_key",
                "The API key is not valid; send one of this server's keys as 'Authorization: Bearer KEY'."),
        };
        if (error.Status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return ErrorWriter.WriteAsync(context, error);
    }
}
