namespace MistralServe.Hosting.Access.OAuth;

/// <summary>Which values the OAuth options take, and what is made of them.</summary>
internal static class OAuthRules
{
    private const string WellKnown = "/.well-known/oauth-protected-resource";

    /// <summary>Whether a text can name an issuer: https, or http on loopback; no query, no fragment. Source: RFC 8414, section 2.</summary>
    public static bool IsIssuer(string text) => Parse(text) is { } uri && IsFetchable(uri);

    /// <summary>Whether a text can name the resource: http or https without query and fragment. Source: RFC 8707, section 2.</summary>
    public static bool IsAudience(string text) => Parse(text) is not null;

    /// <summary>Whether a text is one scope. Source: RFC 6749, section 3.3, less the comma, which separates ours.</summary>
    public static bool IsScope(string text) => text.Length > 0 && text.All(character => character is > ' ' and <= '~' and not ('"' or '\\' or ','));

    /// <summary>Whether an address may be fetched from: keys that came over a plain connection prove nothing, unless it stays on this machine.</summary>
    public static bool IsFetchable(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback);

    /// <summary>
    /// Address of a resource's metadata: the well-known part stands between host and path. Source: RFC 9728, section 3.1.
    /// </summary>
    public static string MetadataUrl(string audience)
    {
        Uri uri = new(audience);
        return uri.GetLeftPart(UriPartial.Authority) + MetadataPath(audience);
    }

    /// <summary>Path of <see cref="MetadataUrl"/>.</summary>
    public static string MetadataPath(string audience) => WellKnown + new Uri(audience).AbsolutePath.TrimEnd('/');

    /// <summary>Paths under which the metadata are served: that of the resource, that of <c>/mcp</c> and the root form, for clients that know no other.</summary>
    public static IReadOnlyList<string> MetadataPaths(string audience) =>
        [.. new[] { MetadataPath(audience), WellKnown + "/mcp", WellKnown }.Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// Addresses where an issuer may describe itself, in the order in which they are tried: RFC 8414, then OpenID Connect in both of
    /// its readings. Source: MCP specification 2026-07-28 basic/authorization/authorization-server-discovery.
    /// </summary>
    public static IReadOnlyList<Uri> DiscoveryUrls(string issuer)
    {
        Uri uri = new(issuer);
        string origin = uri.GetLeftPart(UriPartial.Authority);
        string path = uri.AbsolutePath.TrimEnd('/');
        string[] urls =
        [
            $"{origin}/.well-known/oauth-authorization-server{path}",
            $"{origin}/.well-known/openid-configuration{path}",
            $"{origin}{path}/.well-known/openid-configuration",
        ];
        return [.. urls.Distinct(StringComparer.Ordinal).Select(url => new Uri(url))];
    }

    private static Uri? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri is { Query: "", Fragment: "", UserInfo: "" } && !text.Contains('"', StringComparison.Ordinal)
            ? uri
            : null;
}
