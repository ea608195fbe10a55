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
            JsonSerializer.SerializeToElement(data, McpJsonContext.Default.UnsupportedVersionData));
    }
}
