using MistralServe.Mcp.Calls;

namespace MistralServe.Mcp.Sessions;

/// <summary>What the server remembers of a legacy client between requests. Any thread.</summary>
/// <param name="id">Random, visible ASCII; never a credential.</param>
/// <param name="principal">Whose session it is; nobody else may use it.</param>
internal sealed class McpSession(string id, string principal)
{
    /// <summary>Value of <c>Mcp-Session-Id</c>.</summary>
    public string Id { get; } = id;

    /// <summary>Whose it is.</summary>
    public string Principal { get; } = principal;

    /// <summary>Revision that its requests speak unless they say otherwise.</summary>
    public required string Version { get; set; }

    /// <summary>Its calls that run.</summary>
    public RunningCalls Calls { get; } = new();

    /// <summary>Timestamp of its last request. Guarded by the store.</summary>
    internal long LastUse { get; set; }
}
