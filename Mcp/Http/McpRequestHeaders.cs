using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Http;

/// <summary>
/// The protocol's own headers of one request, and the checks of the modern era that compare them with the body.
/// Absent differs from empty everywhere.
/// </summary>
internal readonly struct McpRequestHeaders(IHeaderDictionary headers)
{
    /// <summary>Name of the header of a session.</summary>
    public const string SessionName = "Mcp-Session-Id";

    private const string VersionName = "MCP-Protocol-Version";
    private const string Base64Start = "=?base64?";
    private const string Base64End = "?=";

    private readonly StringValues _version = headers[VersionName];
    private readonly StringValues _method = headers["Mcp-Method"];
    private readonly StringValues _name = headers["Mcp-Name"];

    private readonly StringValues _session = headers[SessionName];
    private readonly StringValues _accept = headers.Accept;

    /// <summary>Whether the request names a session.</summary>
    public bool HasSession => _session.Count > 0;

    /// <summary>The session named once; null when absent or given twice.</summary>
    public string? Session => Single(_session);

    /// <summary>
    /// Whether the client takes an event stream as answer: it lists <c>text/event-stream</c> with a quality above 0. Wildcards do not
    /// count, because tools that read one JSON object send them.
    /// </summary>
    public bool AcceptsEvents => MediaTypeHeaderValue.TryParseList(_accept, out IList<MediaTypeHeaderValue>? types)
        && types.Any(type => type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase) && type.Quality is not 0);

    /// <summary>Whether a GET asks for the event stream of revision 2024-11-05: its clients name neither version nor session.</summary>
    public bool AsksForLegacyStream => AcceptsEvents && !HasVersion && !HasSession;

    /// <summary>Whether the version is absent or a legacy one.</summary>
    public bool IsLegacyOrSilent => !HasVersion || ProtocolVersions.IsLegacy(Version);

    /// <summary>Whether the request names a version.</summary>
    public bool HasVersion => _version.Count > 0;

    /// <summary>The version named once; null when absent or given twice.</summary>
    public string? Version => Single(_version);

    /// <summary>
    /// Revision that a legacy request is taken to speak: the header, else what its handshake negotiated, else the assumed one. Null
    /// for a header that is given twice.
    /// </summary>
    /// <param name="negotiated">Revision of the session; null without one.</param>
    public string? EffectiveVersion(string? negotiated) => HasVersion ? Version : negotiated ?? ProtocolVersions.AssumedWithoutHeader;

    /// <summary>
    /// How a message speaks. Decided by the versions alone: legacy clients send the other headers too.
    /// </summary>
    public McpEra EraOf(JsonRpcMessage message)
    {
        bool modernHeader = HasVersion && !ProtocolVersions.IsLegacy(Version);
        return modernHeader ? McpEra.Modern : MessageEra.Of(message);
    }

    /// <summary>Checks the header of a modern notification.</summary>
    /// <returns>The error; null when there is none.</returns>
    public McpError? CheckNotification()
    {
        if (!HasVersion)
        {
            return null;
        }

        return Version is { } version ? CheckVersion(version) : Mismatch($"{VersionName} is given more than once");
    }

    /// <summary>
    /// Checks the headers of a modern request in the order of the specification: version present, like the body, served;
    /// then method and name.
    /// </summary>
    /// <returns>The first error; null when there is none.</returns>
    public McpError? CheckRequest(JsonRpcMessage request)
    {
        if (Version is not { } version)
        {
            return Mismatch(HasVersion ? $"{VersionName} is given more than once" : $"{VersionName} is missing");
        }

        JsonElement named = request.Meta(MetaKeys.ProtocolVersion);
        if (named.ValueKind != JsonValueKind.Undefined
            && !(named.ValueKind == JsonValueKind.String && named.ValueEquals(version)))
        {
            return Mismatch($"{VersionName} differs from params._meta");
        }

        if (CheckVersion(version) is { } unsupported)
        {
            return unsupported;
        }

        if (Single(_method) != request.Method)
        {
            return Mismatch("Mcp-Method must be given once and equal the method of the body");
        }

        return CheckName(request);
    }

    private static McpError? CheckVersion(string version) =>
        version == ProtocolVersions.Modern ? null : McpError.UnsupportedVersion(version);

    private McpError? CheckName(JsonRpcMessage request)
    {
        JsonElement expected;
        string field;
        switch (request.Method)
        {
            case "tools/call" or "prompts/get":
                (expected, field) = (request.Param("name"u8), "params.name");
                break;
            case "resources/read":
                (expected, field) = (request.Param("uri"u8), "params.uri");
                break;
            default:
                return null;
        }

        return Single(_name) is { } name
            && Decode(name) is { } utf8
            && expected.ValueKind == JsonValueKind.String
            && expected.ValueEquals(utf8)
                ? null
                : Mismatch($"Mcp-Name must be given once and equal {field} of the body");
    }

    // Names that a header cannot carry come as =?base64?...?=. Strict: what encodes differently is no encoding of a name.
    private static byte[]? Decode(string name)
    {
        if (!name.StartsWith(Base64Start, StringComparison.Ordinal)
            || !name.EndsWith(Base64End, StringComparison.Ordinal)
            || name.Length < Base64Start.Length + Base64End.Length)
        {
            return Encoding.UTF8.GetBytes(name);
        }

        string payload = name[Base64Start.Length..^Base64End.Length];
        byte[] utf8 = new byte[payload.Length];
        return Convert.TryFromBase64String(payload, utf8, out int length)
            && Convert.ToBase64String(utf8, 0, length) == payload
            && Utf8.IsValid(utf8.AsSpan(0, length))
                ? utf8[..length]
                : null;
    }

    private static string? Single(StringValues values) => values.Count == 1 ? values[0] ?? "" : null;

    private static McpError Mismatch(string message) => new(McpErrorKind.HeaderMismatch, $"Header mismatch: {message}.");
}
