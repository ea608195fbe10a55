using System.Text.Json;
using MistralServe.Json;

namespace MistralServe.Mcp.Protocol;

/// <summary>
/// A protocol error as a value.
/// </summary>
/// <param name="Kind">Decides code and HTTP status.</param>
/// <param name="Message">A sentence for the caller; no native text, path or stack.</param>
/// <param name="Data">The error's <c>data</c>; null when it has none.</param>
/// <param name="RetryAfter">When it makes sense to try again, in whole seconds; null when trying again cannot help.</param>
internal sealed record McpError(McpErrorKind Kind, string Message, JsonElement? Data = null, TimeSpan? RetryAfter = null)
{
    /// <summary>The error of JSON that is no message.</summary>
    public static McpError NotAMessage() => new(
        McpErrorKind.InvalidRequest,
        "Invalid request: expected a JSON-RPC 2.0 message with a method, an id that is a string or an integer, and params that are an object.");

    /// <summary>The error of a tool that asks for a capability the client did not declare (modern era).</summary>
    /// <param name="capability">Name of the capability.</param>
    public static McpError MissingCapability(string capability)
    {
        var data = new MissingCapabilityData { RequiredCapabilities = new Dictionary<string, EmptyObject> { [capability] = new() } };
        return new(
            McpErrorKind.MissingCapability,
            $"This tool needs a client with the capability {capability}.",
            WireJson.ToElement(data, McpJsonContext.Default.MissingCapabilityData));
    }

    /// <summary>The error of a modern message whose version is not served.</summary>
    /// <param name="requested">The version as the client wrote it.</param>
    public static McpError UnsupportedVersion(string requested)
    {
        var data = new UnsupportedVersionData { Supported = [ProtocolVersions.Modern], Requested = requested };
        string message = $"Unsupported protocol version. With per-request metadata: {ProtocolVersions.Modern}; "
            + $"after an initialize handshake: {string.Join(", ", ProtocolVersions.Legacy)}.";
        return new(
            McpErrorKind.UnsupportedVersion,
            message,
            WireJson.ToElement(data, McpJsonContext.Default.UnsupportedVersionData));
    }
}
