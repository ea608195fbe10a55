namespace MistralServe.Hosting.Access;

/// <summary>Why the access guard refused a request.</summary>
internal enum AccessFailure
{
    /// <summary>The Host header is absent or names a host that is not allowed.</summary>
    HostNotAllowed,

    /// <summary>The Origin header is present and names an origin that is not allowed.</summary>
    OriginNotAllowed,

    /// <summary>Keys are configured and the request carries none.</summary>
    KeyMissing,

    /// <summary>The request carries a key or token that is not valid, or an Authorization header that is no bearer key.</summary>
    KeyInvalid,

    /// <summary>With OAuth: the Authorization header is malformed or given twice.</summary>
    AuthorizationMalformed,

    /// <summary>The token is valid and lacks a scope.</summary>
    ScopeMissing,

    /// <summary>The token cannot be checked, because the issuer's keys cannot be had.</summary>
    IssuerUnavailable,
}
