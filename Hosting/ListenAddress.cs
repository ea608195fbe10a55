using System.Net;

namespace MistralServe.Hosting;

/// <summary>The value of <c>--host</c> as an address.</summary>
internal static class ListenAddress
{
    /// <summary>The address that a checked <c>--host</c> value stands for; <c>localhost</c> is the IPv4 loopback.</summary>
    public static IPAddress Parse(string host) => host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(host);

    /// <summary>Whether an address means every interface and is therefore no name of the server.</summary>
    public static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
