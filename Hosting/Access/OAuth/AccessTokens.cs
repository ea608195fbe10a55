using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MistralServe.Hosting.Access.OAuth;

/// <summary>Who a token lets in, or why nobody; exactly one is set.</summary>
internal readonly record struct TokenCheck(string? Principal, AccessFailure? Failure);

/// <summary>
/// Checks access tokens of one issuer (JWT, RFC 9068): signature by an asymmetric algorithm, issuer, audience, lifetime, scopes.
/// Any thread.
/// </summary>
internal sealed class AccessTokens : IDisposable
{
    /// <summary>Shortest time between two fetches of the issuer's keys. Ours: a rotation is seen soon, an attacker is no load.</summary>
    public static readonly TimeSpan DefaultFloor = TimeSpan.FromSeconds(10);

    /// <summary>How much clocks may differ. Source: mcp.md asks for 60 s; the library's own default is 5 min.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);

    // No symmetric ones: a public key taken for a shared secret is a classic forgery. No "none" either.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly string _issuer;
    private readonly string _audience;
    private readonly IReadOnlyList<string> _scopes;
    private readonly IssuerKeys _keys;

    /// <summary>Checks for one issuer and audience.</summary>
    /// <param name="issuer">The issuer, exactly as tokens name it.</param>
    /// <param name="audience">The audience, exactly as tokens name it.</param>
    /// <param name="scopes">Scopes that a token must grant, all of them.</param>
    /// <param name="floor">Shortest time between two fetches of the issuer's keys.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="logger">Is told of an issuer that cannot be reached; never of a token.</param>
    public AccessTokens(string issuer, string audience, IReadOnlyList<string> scopes, TimeSpan floor, TimeProvider time, ILogger logger)
    {
        _issuer = issuer;
        _audience = audience;
        _scopes = scopes;
        _keys = new IssuerKeys(issuer, floor, time, logger);
    }

    /// <summary>Checks one token.</summary>
    public async ValueTask<TokenCheck> CheckAsync(string token, CancellationToken cancellationToken)
    {
        // What is no token at all needs no keys to be refused, and must not make us fetch any.
        if (!_handler.CanReadToken(token))
        {
            return new(null, AccessFailure.KeyInvalid);
        }

        IReadOnlyList<SecurityKey> keys = await _keys.GetAsync(cancellationToken).ConfigureAwait(false);
        TokenValidationResult result = await ValidateAsync(token, keys).ConfigureAwait(false);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            IReadOnlyList<SecurityKey> newer = await _keys.GetNewerAsync(keys, cancellationToken).ConfigureAwait(false);
            if (!ReferenceEquals(newer, keys))
            {
                (keys, result) = (newer, await ValidateAsync(token, newer).ConfigureAwait(false));
            }
        }

        if (!result.IsValid || result.SecurityToken is not JsonWebToken valid || PrincipalOf(valid) is not { } principal)
        {
            return new(null, keys.Count == 0 ? AccessFailure.IssuerUnavailable : AccessFailure.KeyInvalid);
        }

        HashSet<string> granted = GrantedScopes(valid);
        return _scopes.All(needed => IsGranted(needed, granted)) ? new(principal, null) : new(null, AccessFailure.ScopeMissing);
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    /// <summary>Whether a scope is granted: by itself, or by one above it, as <c>mcp</c> is above <c>mcp:tools</c>.</summary>
    internal static bool IsGranted(string needed, IReadOnlySet<string> granted)
    {
        for (int end = needed.Length; end > 0; end = needed.LastIndexOf(':', end - 1))
        {
            if (granted.Contains(needed[..end]))
            {
                return true;
            }
        }

        return false;
    }

    private Task<TokenValidationResult> ValidateAsync(string token, IReadOnlyList<SecurityKey> keys) =>
        _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = _issuer,
            ValidAudience = _audience,
            IssuerSigningKeys = keys,
            ValidAlgorithms = Algorithms,
            ClockSkew = ClockSkew,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            IgnoreTrailingSlashWhenValidatingAudience = false,
        });

    private string? PrincipalOf(JsonWebToken token) =>
        (token.TryGetPayloadValue("sub", out string subject) && subject.Length > 0)
        || (token.TryGetPayloadValue("client_id", out subject) && subject.Length > 0)
            ? $"{_issuer}#{subject}"
            : null;

    // "scope" is a text of words (RFC 9068); some issuers write "scp" instead, a text or an array.
    private static HashSet<string> GrantedScopes(JsonWebToken token) =>
        [.. token.Claims.Where(claim => claim.Type is "scope" or "scp")
            .SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}
