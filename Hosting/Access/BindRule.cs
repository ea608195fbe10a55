using System.Net;

namespace MistralServe.Hosting.Access;

/// <summary>What must hold before anything is loaded or opened.</summary>
internal static class BindRule
{
    /// <summary>
    /// Checks that a server which others can reach asks for a key. OAuth is no key: it guards the MCP port only, and both ports bind
    /// the same address.
    /// </summary>
    /// <returns>Null, or the sentence with which the start is refused.</returns>
    public static string? Check(ServeSettings settings, ApiKeyStore keys)
    {
        if ((settings.OAuthIssuer is null) != (settings.OAuthAudience is null))
        {
            return "--oauth-issuer and --oauth-audience belong together; give both or none.";
        }

        if (settings.OAuthScopes.Count > 0 && settings.OAuthIssuer is null)
        {
            return "--oauth-scopes needs --oauth-issuer and --oauth-audience.";
        }

        if (!keys.IsEmpty)
        {
            return null;
        }

        if (settings.AllowedHosts.Contains("*"))
        {
            return "--allowed-host * lets any web page reach the server and needs a key; give --api-key-file or MISTRALSERVE_API_KEY, or list the names.";
        }

        return IPAddress.IsLoopback(ListenAddress.Parse(settings.Host)) || settings.Insecure
            ? null
            : $"--host {settings.Host} can be reached from other machines and needs a key; give --api-key-file or MISTRALSERVE_API_KEY, or --insecure to serve without.";
    }
}
