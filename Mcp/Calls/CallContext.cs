using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Calls;

/// <summary>What a transport knows of a request besides the request.</summary>
/// <param name="Era">How the client speaks.</param>
/// <param name="Principal">Who asks (key name); empty when no keys are configured.</param>
/// <param name="Version">Revision that the request is taken to speak.</param>
internal readonly record struct CallContext(McpEra Era, string Principal, string Version)
{
    /// <summary>What the log calls the request: id of the HTTP request; <c>-</c> where there is none.</summary>
    public string RequestId { get; init; } = "-";
}
