using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;
using MistralServe.Hosting.Access.OAuth;
using MistralServe.Inference;

namespace MistralServe.Hosting.Access;

/// <summary>
/// The first middleware of a port: Host, Origin, then key. Which endpoint would answer is taken from routing, never from the
/// path's text, so that no spelling of a path goes around the key.
/// </summary>
/// <param name="hosts">Allowed names.</param>
/// <param name="keys">Keys; an empty store lets every caller in, unless there are tokens.</param>
/// <param name="unmatchedNeedsKey">
/// Whether a path without endpoint of its own asks for a key first (REST: the answer tells nothing to strangers) or is answered at once
/// (MCP: clients probe well-known paths and must see a plain 404).
/// </param>
/// <param name="writeFailureAsync">Answers a refused request in the words of the port.</param>
/// <param name="cors">Origins whose pages may read answers; null is none.</param>
/// <param name="takesApiKeyHeader">Whether a request may carry its key as <c>x-api-key</c> instead; null is never.</param>
/// <param name="tokens">Checks access tokens, which do as well as a key; null where none are taken.</param>
/// <param name="takesToken">Whether a token does for a request, or only a key; null is always a token too.</param>
internal sealed class AccessGuard(
    HostAllowList hosts,
    ApiKeyStore keys,
    bool unmatchedNeedsKey,
    Func<HttpContext, AccessFailure, Task> writeFailureAsync,
    CorsPolicy? cors = null,
    Func<HttpContext, bool>? takesApiKeyHeader = null,
    AccessTokens? tokens = null,
    Func<HttpContext, bool>? takesToken = null)
{
    private const string Scheme = "Bearer ";
    private const string ApiKeyHeader = "x-api-key";

    /// <summary>Passes the request on, with a <see cref="CallerIdentity"/> feature when keys are configured, or answers it.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Endpoint? endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<AnyHostMetadata>() is not null)
        {
            return next(context);
        }

        if (!hosts.IsHostAllowed(context.Request.Host))
        {
            return writeFailureAsync(context, AccessFailure.HostNotAllowed);
        }

        StringValues origin = context.Request.Headers.Origin;
        if (cors?.IsAllowed(origin) == true)
        {
            cors.Grant(context);
            if (CorsPolicy.IsPreflight(context.Request))
            {
                // A preflight never carries the key, and what it asks for is not done.
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            }
        }
        else if (!hosts.IsOriginAllowed(origin))
        {
            return writeFailureAsync(context, AccessFailure.OriginNotAllowed);
        }

        if (CheckKey(context, endpoint) is not { } failure)
        {
            return next(context);
        }

        return tokens is not null && failure == AccessFailure.KeyInvalid && takesToken?.Invoke(context) != false
            ? CheckTokenAsync(context, next, tokens)
            : writeFailureAsync(context, failure);
    }

    // What is no key of ours may be a token.
    private async Task CheckTokenAsync(HttpContext context, RequestDelegate next, AccessTokens accepted)
    {
        string? token = context.Request.Headers.Authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value[Scheme.Length..].Trim()
            : null;
        TokenCheck check = string.IsNullOrEmpty(token) || token.Contains(' ', StringComparison.Ordinal)
            ? new(null, AccessFailure.AuthorizationMalformed)
            : await accepted.CheckAsync(token, context.RequestAborted);
        if (check.Failure is { } failure)
        {
            await writeFailureAsync(context, failure);
            return;
        }

        context.Features.Set(new CallerIdentity(check.Principal!));
        await next(context);
    }

    // A fallback endpoint, which MapFallback gives the last place in the order, answers the paths that no other endpoint matches.
    private static bool IsUnmatched(Endpoint? endpoint) => endpoint is null or RouteEndpoint { Order: int.MaxValue };

    private AccessFailure? CheckKey(HttpContext context, Endpoint? endpoint)
    {
        bool isPublic = IsUnmatched(endpoint) ? !unmatchedNeedsKey : endpoint!.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        if ((keys.IsEmpty && tokens is null) || isPublic)
        {
            return null;
        }

        StringValues bearer = context.Request.Headers.Authorization;
        StringValues plain = takesApiKeyHeader?.Invoke(context) == true ? context.Request.Headers[ApiKeyHeader] : default;
        if (bearer.Count == 0 && plain.Count == 0)
        {
            return AccessFailure.KeyMissing;
        }

        if ((bearer.Count > 0 ? FindBearer(bearer) : FindPlain(plain)) is not { } name)
        {
            return AccessFailure.KeyInvalid;
        }

        context.Features.Set(new CallerIdentity(name));
        return null;
    }

    private string? FindBearer(StringValues header) =>
        header is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? keys.FindName(value.AsSpan(Scheme.Length).Trim()) : null;

    private string? FindPlain(StringValues header) => header is [{ } value] ? keys.FindName(value.AsSpan().Trim()) : null;
}
