namespace MistralServe.Mcp.Protocol;

/// <summary>The protocol revisions that are served, and the rules that compare them. Revision dates sort as text.</summary>
internal static class ProtocolVersions
{
    /// <summary>Revision of the modern era.</summary>
    public const string Modern = "2026-07-28";

    /// <summary>What <c>initialize</c> offers to a client whose wish is missing or unknown: the newest legacy revision.</summary>
    public const string NewestLegacy = "2025-11-25";

    /// <summary>Last revision whose schema has JSON-RPC batches. Source: specification 2025-06-18, changelog.</summary>
    public const string LastWithBatches = "2025-03-26";

    /// <summary>The one revision without audio content; also what a client of the event stream speaks before it has said.</summary>
    public const string WithoutAudio = "2024-11-05";

    /// <summary>
    /// Revision of a legacy request that names none.
    /// Source: specification 2025-06-18 basic/transports, Protocol Version Header.
    /// </summary>
    public const string AssumedWithoutHeader = "2025-03-26";

    /// <summary>Revisions with the <c>initialize</c> handshake, newest first.</summary>
    public static IReadOnlyList<string> Legacy { get; } = [NewestLegacy, "2025-06-18", "2025-03-26", WithoutAudio];

    /// <summary>Whether the text is one of the legacy revisions. Compared with case, as the specification's dates are.</summary>
    public static bool IsLegacy(string? version) => version is not null && Legacy.Contains(version);

    /// <summary>
    /// Revision that <c>initialize</c> answers: the wish where it is a legacy one, else the newest legacy revision. A
    /// supported wish is never exceeded, because clients refuse a server newer than themselves.
    /// </summary>
    /// <param name="requested">The client's <c>protocolVersion</c>; null when missing or not a string.</param>
    public static string Negotiate(string? requested) => IsLegacy(requested) ? requested! : NewestLegacy;

    /// <summary>Whether a request of this legacy revision may be a JSON array.</summary>
    public static bool AllowsBatches(string version) =>
        IsLegacy(version) && string.CompareOrdinal(version, LastWithBatches) <= 0;
}
