using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using MistralServe.Hosting;
using MistralServe.Hosting.Access;

namespace MistralServe.Tests.Hosting;

public sealed class HostAllowListTests
{
    private static readonly HostAllowList Defaults = new(new ServeSettings());

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:1234", true)]
    [InlineData("127.0.0.1:80", true)]
    [InlineData("[::1]", true)]
    [InlineData("[::1]:1234", true)]
    [InlineData("[0:0:0:0:0:0:0:1]:1234", true)]
    [InlineData("", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("evil.example:1234", false)]
    [InlineData("localhost:99999", false)]
    [InlineData("localhost:1234:5", false)]
    [InlineData("localhost@evil.example", false)]
    [InlineData("127.0.0.2", false)]
    [InlineData("[::2]", false)]
    public void Only_loopback_names_are_allowed_by_default(string host, bool allowed) =>
        Assert.Equal(allowed, Defaults.IsHostAllowed(new HostString(host)));

    [Theory]
    [InlineData("192.168.0.7", "192.168.0.7:1234", true)]
    [InlineData("fd00::7", "[fd00::7]:1234", true)]
    [InlineData("0.0.0.0", "0.0.0.0:1234", false)]
    [InlineData("::", "[::]:1234", false)]
    public void The_bound_address_is_allowed_unless_it_is_a_wildcard(string bound, string host, bool allowed) =>
        Assert.Equal(allowed, new HostAllowList(new ServeSettings { Host = bound }).IsHostAllowed(new HostString(host)));

    [Fact]
    public void Configured_names_are_allowed_and_a_star_allows_any()
    {
        HostAllowList named = new(new ServeSettings { AllowedHosts = ["llm.example"] });
        HostAllowList any = new(new ServeSettings { AllowedHosts = ["*"] });

        Assert.True(named.IsHostAllowed(new HostString("LLM.example:8080")));
        Assert.False(named.IsHostAllowed(new HostString("a.llm.example")));
        Assert.True(any.IsHostAllowed(new HostString("anything.example")));
        Assert.False(any.IsHostAllowed(new HostString("")));
        Assert.False(any.IsOriginAllowed("null"));
    }

    [Theory]
    [InlineData("http://localhost:3000", true)]
    [InlineData("https://127.0.0.1", true)]
    [InlineData("http://[::1]:8080", true)]
    [InlineData("null", false)]
    [InlineData("", false)]
    [InlineData("http://evil.example", false)]
    [InlineData("http://localhost.evil.example", false)]
    [InlineData("http://localhost@evil.example", false)]
    [InlineData("http://localhost/path", false)]
    [InlineData("file://localhost", false)]
    [InlineData("chrome-extension://localhost", false)]
    public void An_origin_must_be_on_an_allowed_name(string origin, bool allowed) => Assert.Equal(allowed, Defaults.IsOriginAllowed(origin));

    [Fact]
    public void No_origin_is_no_browser_and_two_are_refused()
    {
        Assert.True(Defaults.IsOriginAllowed(StringValues.Empty));
        Assert.False(Defaults.IsOriginAllowed(new StringValues(["http://localhost", "http://localhost"])));
    }
}
