using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MistralServe.Hosting.Access;

/// <summary>
/// Which web pages of other origins may read this port's answers (cross-origin resource sharing). Off without origins. Immutable; any thread.
/// Source: https://fetch.spec.whatwg.org, CORS protocol.
/// </summary>
/// <param name="origins">Exact origins: scheme, host, port unless it is the scheme's own. Never a wildcard.</param>
/// <param name="exposed">Headers of answers that a page may read beyond the safe-listed ones.</param>
internal sealed class CorsPolicy(IReadOnlyList<string> origins, string exposed = CorsPolicy.RestHeaders)
{
    private const string Methods = "GET, POST, DELETE, HEAD, OPTIONS";

    /// <summary>Headers of the REST port that a page may read: what clients show in errors and wait by.</summary>
    public const string RestHeaders = "x-request-id, retry-after, retry-after-ms, x-should-retry, x-unenforced-keywords, openai-processing-ms, openai-version";

    /// <summary>How long a browser may remember the answer to a preflight, in seconds. Ours: short, a restart may change the list.</summary>
    private const string MaxAge = "600";

    private readonly HashSet<string> _origins = new(origins, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an Origin header is one of the origins; false for one that is absent or given twice.</summary>
    public bool IsAllowed(StringValues origin) => origin is [{ } single] && _origins.Contains(single);

    /// <summary>Whether a request asks what it may do instead of doing it.</summary>
    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey("Access-Control-Request-Method");

    /// <summary>Whether a text can be in the list: <c>http</c> or <c>https</c>, a host, perhaps a port, and nothing behind it.</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase) && uri.UserInfo.Length == 0;

    /// <summary>Adds the headers that let the page of an allowed origin read the answer, whatever it will be.</summary>
    public void Grant(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = context.Request.Headers.Origin;
        headers.AccessControlExposeHeaders = exposed;
        headers.Append("Vary", "Origin");
        if (!IsPreflight(context.Request))
        {
            return;
        }

        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlMaxAge = MaxAge;
        if (context.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } requested)
        {
            headers.AccessControlAllowHeaders = requested;
        }
    }
}
