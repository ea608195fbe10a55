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

    /// <summary>The request carries a key that is not one of ours, or an Authorization header that is no bearer key.</summary>
    KeyInvalid,
}
