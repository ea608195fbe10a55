using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MistralServe.Hosting.Access;

/// <summary>
/// The names under which the server may be reached, with any port. A page that rebinds its own name to 127.0.0.1 sends that
/// name as Host, and a page of another site sends its Origin: neither is in this list. Immutable; any thread.
/// </summary>
internal sealed class HostAllowList
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];
    private readonly HashSet<string> _names = new(LoopbackNames, StringComparer.OrdinalIgnoreCase);
    private readonly bool _any;

    /// <summary>
    /// Loopback names, the bound address unless it is a wildcard (0.0.0.0 is no host), and the configured names.
    /// </summary>
    public HostAllowList(ServeSettings settings)
    {
        if (!ListenAddress.IsWildcard(ListenAddress.Parse(settings.Host)))
        {
            _names.Add(Normalize(settings.Host));
        }

        foreach (string name in settings.AllowedHosts)
        {
            _any |= name == "*";
            _names.Add(Normalize(name));
        }
    }

    /// <summary>Whether a Host header is allowed. An absent or empty one is not.</summary>
    public bool IsHostAllowed(HostString host) => host.HasValue && TrySplit(host.Value, out string name) && IsNameAllowed(name);

    /// <summary>
    /// Whether an Origin header is allowed: absent (not a browser), or an http(s) origin on one of the names. <c>null</c>, what a
    /// sandboxed page sends, is not, and neither is a header given twice.
    /// </summary>
    public bool IsOriginAllowed(StringValues origin)
    {
        if (origin.Count == 0)
        {
            return true;
        }

        if (origin.Count != 1 || origin[0] is not { } text)
        {
            return false;
        }

        string? authority = text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? text["http://".Length..]
            : text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? text["https://".Length..]
            : null;
        return authority is not null && TrySplit(authority, out string name) && IsNameAllowed(name);
    }

    private bool IsNameAllowed(string name) => _any || _names.Contains(name);

    /// <summary>Splits <c>name[:port]</c>; false for anything that is not exactly that.</summary>
    private static bool TrySplit(string authority, out string name)
    {
        int bracket = authority.IndexOf(']', StringComparison.Ordinal);
        int colon = authority.IndexOf(':', Math.Max(bracket, 0));
        name = Normalize(colon < 0 ? authority : authority[..colon]);
        bool portIsNumber = colon < 0
            || ushort.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return portIsNumber && Uri.CheckHostName(name.Trim('[', ']')) != UriHostNameType.Unknown;
    }

    /// <summary>One spelling for an IPv6 address, which has many; other names stay as they are.</summary>
    private static string Normalize(string name) =>
        name.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(name.Trim('[', ']'), out IPAddress? address) ? $"[{address}]" : name;
}
