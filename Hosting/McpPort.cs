using System.Net;
using Microsoft.AspNetCore.Http;
using MistralServe.Hosting.Access;
using MistralServe.Mcp;

namespace MistralServe.Hosting;

/// <summary>The port of the MCP endpoint.</summary>
internal static class McpPort
{
    /// <summary>The listener, its rules and its endpoints.</summary>
    public static PortDefinition Define(ServeSettings settings, ApiKeyStore keys, IServedModel model) => new()
    {
        Flag = "--mcp-port",
        Listen = new IPEndPoint(ListenAddress.Parse(settings.Host), settings.McpPort),
        MaxBodySizeBytes = settings.MaxBodySizeBytes,
        Guard = new AccessGuard(new HostAllowList(settings), keys, unmatchedNeedsKey: false, WriteFailureAsync),
        Health = model.GetHealth,
        AddServices = model.AddServices,
        Map = McpEndpoints.Map,
    };

    /// <summary>
    /// Answers a refused request: 403 without a body, 401 with a challenge that names no authorization server, so that clients
    /// do not start OAuth.
    /// </summary>
    internal static Task WriteFailureAsync(HttpContext context, AccessFailure failure)
    {
        switch (failure)
        {
            case AccessFailure.KeyMissing:
                context.Response.Headers.WWWAuthenticate = "Bearer realm=\"mistralserve\"";
                return McpErrors.WriteAccessFailureAsync(context, 401, "No API key was sent; send it as 'Authorization: Bearer KEY'.");
            case AccessFailure.KeyInvalid:
                context.Response.Headers.WWWAuthenticate = "Bearer realm=\"mistralserve\", error=\"invalid_token\"";
                return McpErrors.WriteAccessFailureAsync(context, 401, "The API key is not valid; send one of this server's keys.");
            default:
                return McpErrors.WriteAccessFailureAsync(context, 403, null);
        }
    }
}
