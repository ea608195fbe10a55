namespace MistralServe.Mcp.Protocol;

/// <summary>Keys of a request's <c>_meta</c>, UTF-8. Source: specification 2026-07-28 basic/versioning.</summary>
internal static class MetaKeys
{
    /// <summary>Version of the protocol that the request speaks; required.</summary>
    public static ReadOnlySpan<byte> ProtocolVersion => "io.modelcontextprotocol/protocolVersion"u8;

    /// <summary>Token of the notifications that the client wants of the call's progress; optional, in both eras.</summary>
    public static ReadOnlySpan<byte> ProgressToken => "progressToken"u8;

    /// <summary>What the client can do, an object; required.</summary>
    public static ReadOnlySpan<byte> ClientCapabilities => "io.modelcontextprotocol/clientCapabilities"u8;
}
