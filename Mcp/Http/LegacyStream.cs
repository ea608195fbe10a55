using MistralServe.Mcp.Calls;

namespace MistralServe.Mcp.Http;

/// <summary>One open event stream of revision 2024-11-05: what is POSTed for it is answered on it. Any thread.</summary>
/// <param name="id">Random; part of the address that the client POSTs to, never a credential.</param>
/// <param name="principal">Whose it is; nobody else may POST to it.</param>
/// <param name="calls">Its calls.</param>
internal sealed class LegacyStream(string id, string principal, CallSet calls)
{
    /// <summary>Value of <c>sessionId</c>.</summary>
    public string Id { get; } = id;

    /// <summary>Whose it is.</summary>
    public string Principal { get; } = principal;

    /// <summary>Its calls and the way to the client.</summary>
    public CallSet Calls { get; } = calls;
}
