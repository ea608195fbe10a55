using Microsoft.AspNetCore.Http;

namespace MistralServe.Hosting.Access.OAuth;

/// <summary>
/// The <c>WWW-Authenticate</c> header that sends a client to the issuer. Source: RFC 6750, section 3, and RFC 9728, section 5.1.
/// </summary>
/// <param name="audience">The resource.</param>
/// <param name="scopes">All scopes that a token must grant.</param>
internal sealed class OAuthChallenge(string audience, IReadOnlyList<string> scopes)
{
    private readonly string _where = $"resource_metadata=\"{OAuthRules.MetadataUrl(audience)}\"";
    private readonly string _scope = scopes.Count == 0 ? "" : $"scope=\"{string.Join(' ', scopes)}\"";

    /// <summary>Sets the header for a refusal.</summary>
    /// <param name="response">The response, not started.</param>
    /// <param name="error">Code of RFC 6750; null when no credential was sent.</param>
    public void Write(HttpResponse response, string? error) =>
        response.Headers.WWWAuthenticate = "Bearer " + string.Join(
            ", ", new[] { error is null ? "" : $"error=\"{error}\"", _scope, _where }.Where(part => part.Length > 0));
}
