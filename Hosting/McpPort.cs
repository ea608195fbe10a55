using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MistralServe.Hosting.Access;
using MistralServe.Hosting.Access.OAuth;
using MistralServe.Mcp;
using MistralServe.Mcp.Tools;

namespace MistralServe.Hosting;

/// <summary>The port of the MCP endpoint.</summary>
internal static class McpPort
{
    // What a page needs of an answer: its session, and where to sign in.
    private const string ExposedHeaders = "Mcp-Session-Id, WWW-Authenticate, x-request-id";

    // The keys are not asked for sooner in any case.
    private static readonly string IssuerRetrySeconds = ((int)AccessTokens.DefaultFloor.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>Names of all tools that there can be, for the option that chooses among them.</summary>
    public static IReadOnlyList<string> ToolNames { get; } = [.. ToolTable.Names];

    /// <summary>The listener, its rules and its endpoints.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="keys">Keys that are taken.</param>
    /// <param name="model">What is served.</param>
    /// <param name="tokens">Checks access tokens; null without OAuth. The caller disposes of it.</param>
    public static PortDefinition Define(ServeSettings settings, ApiKeyStore keys, IServedModel model, AccessTokens? tokens = null)
    {
        OAuthChallenge? challenge = settings.OAuthAudience is { } audience ? new OAuthChallenge(audience, settings.OAuthScopes) : null;
        return new()
        {
            Flag = "--mcp-port",
            Listen = new IPEndPoint(ListenAddress.Parse(settings.Host), settings.McpPort),
            MaxBodySizeBytes = settings.MaxBodySizeBytes,
            Guard = new AccessGuard(
                new HostAllowList(settings), keys, unmatchedNeedsKey: false,
                (context, failure) => WriteFailureAsync(context, failure, McpEndpoints.TakesToken(context) ? challenge : null),
                new CorsPolicy(settings.CorsOrigins, ExposedHeaders), tokens: tokens, takesToken: McpEndpoints.TakesToken),
            Health = model.GetHealth,
            AddServices = services =>
            {
                model.AddServices(services);
                McpEndpoints.AddServices(services);
            },
            Wrap = McpEndpoints.UseLog,
            Map = app =>
            {
                if (settings is { OAuthIssuer: { } issuer, OAuthAudience: { } resource })
                {
                    ResourceMetadata.Map(app, issuer, resource, settings.OAuthScopes);
                }

                McpEndpoints.Map(app);
            },
        };
    }

    /// <summary>The check of access tokens that the settings ask for; null without OAuth.</summary>
    public static AccessTokens? CreateTokens(ServeSettings settings, ILoggerFactory loggers) =>
        settings is { OAuthIssuer: { } issuer, OAuthAudience: { } audience }
            ? new AccessTokens(
                issuer, audience, settings.OAuthScopes, AccessTokens.DefaultFloor, TimeProvider.System, loggers.CreateLogger("MistralServe.Hosting.OAuth"))
            : null;

    /// <summary>
    /// Answers a refused request: 403 without a body for a wrong Host or Origin, else a JSON-RPC error. Without OAuth the 401 names no
    /// authorization server, so that clients do not start to look for one.
    /// </summary>
    internal static Task WriteFailureAsync(HttpContext context, AccessFailure failure, OAuthChallenge? challenge)
    {
        switch (failure)
        {
            case AccessFailure.KeyMissing:
                Challenge(null);
                return McpErrors.WriteAccessFailureAsync(context, 401, "No credential was sent; send it as 'Authorization: Bearer KEY'.");
            case AccessFailure.KeyInvalid:
                Challenge("invalid_token");
                return McpErrors.WriteAccessFailureAsync(context, 401, "The credential is not valid; send one that this server takes.");
            case AccessFailure.AuthorizationMalformed:
                Challenge("invalid_request");
                return McpErrors.WriteAccessFailureAsync(context, 400, "The Authorization header must be given once, as 'Bearer TOKEN'.");
            case AccessFailure.ScopeMissing:
                Challenge("insufficient_scope");
                return McpErrors.WriteAccessFailureAsync(context, 403, "The token lacks a scope that this server needs; WWW-Authenticate names them.");
            case AccessFailure.IssuerUnavailable:
                context.Response.Headers.RetryAfter = IssuerRetrySeconds;
                return McpErrors.WriteAccessFailureAsync(context, 503, "The token cannot be checked now: the issuer's keys cannot be read.");
            default:
                return McpErrors.WriteAccessFailureAsync(context, 403, null);
        }

        void Challenge(string? error)
        {
            if (challenge is not null)
            {
                challenge.Write(context.Response, error);
                return;
            }

            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"mistralserve\"" + (error is null ? "" : $", error=\"{error}\"");
        }
    }
}
