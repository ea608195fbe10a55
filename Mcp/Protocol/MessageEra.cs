using System.Text.Json;

namespace MistralServe.Mcp.Protocol;

/// <summary>How a message speaks by what is in it, for transports without headers, and the checks that replace those of headers there.</summary>
internal static class MessageEra
{
    /// <summary>Modern when the message names a version that is no legacy one.</summary>
    public static McpEra Of(JsonRpcMessage message)
    {
        JsonElement named = message.Meta(MetaKeys.ProtocolVersion);
        return named.ValueKind == JsonValueKind.Undefined || (named.ValueKind == JsonValueKind.String && ProtocolVersions.IsLegacy(named.GetString()))
            ? McpEra.Legacy
            : McpEra.Modern;
    }

    /// <summary>Checks the version that a modern message names.</summary>
    /// <returns>The error; null when the version is served.</returns>
    public static McpError? CheckVersion(JsonRpcMessage message)
    {
        JsonElement named = message.Meta(MetaKeys.ProtocolVersion);
        string version = named.ValueKind == JsonValueKind.String ? named.GetString()! : named.GetRawText();
        return version == ProtocolVersions.Modern ? null : McpError.UnsupportedVersion(version);
    }
}
