using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Hosting;
using MistralServe.Hosting.Access;
using MistralServe.Hosting.Access.OAuth;

namespace MistralServe.Tests.Hosting.OAuth;

/// <summary>The MCP port as an OAuth 2.1 resource server, with an issuer on loopback.</summary>
public sealed class OAuthTests
{
    private const string Audience = "https://llm.example.org/mcp";
    private const string Challenge = "scope=\"mcp:tools\", resource_metadata=\"https://llm.example.org/.well-known/oauth-protected-resource/mcp\"";

    [Fact]
    public async Task Metadata_are_at_both_places_for_everybody()
    {
        await using Setup setup = await Setup.StartAsync();
        foreach (string path in (string[])["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"])
        {
            (int status, Dictionary<string, string> headers, string body) = await setup.Port.SendAsync("GET", path, "Host: localhost");
            Assert.Equal((200, "application/json"), (status, headers["content-type"]));
            using JsonDocument metadata = JsonDocument.Parse(body);
            Assert.Equal(Audience, metadata.RootElement.GetProperty("resource").GetString());
            Assert.Equal($"[\"{setup.Issuer.Issuer}\"]", metadata.RootElement.GetProperty("authorization_servers").GetRawText());
            Assert.Equal("""["header"]""", metadata.RootElement.GetProperty("bearer_methods_supported").GetRawText());
            Assert.Equal("""["mcp:tools"]""", metadata.RootElement.GetProperty("scopes_supported").GetRawText());
        }
    }

    [Fact]
    public async Task A_good_token_is_let_in_and_names_the_caller()
    {
        await using Setup setup = await Setup.StartAsync();
        await setup.ExpectAsync(setup.Issuer.Token(Audience), 200, null);
        await setup.ExpectAsync(setup.Issuer.Token(Audience, ("aud", new[] { "https://other.example", Audience })), 200, null);
        await setup.ExpectAsync(setup.Issuer.Token(Audience, ("scope", "mcp")), 200, null);
        await setup.ExpectAsync(setup.Issuer.Token(Audience, ("scope", null), ("scp", new[] { "a", "mcp:tools" })), 200, null);
        Assert.Equal(1, setup.Issuer.KeySetReads);
    }

    [Theory]
    [InlineData("exp", -120L)]
    [InlineData("nbf", 120L)]
    [InlineData("aud", "https://llm.example.org")]
    [InlineData("aud", "https://llm.example.org/mcp/")]
    [InlineData("aud", null)]
    [InlineData("iss", "https://evil.example")]
    [InlineData("exp", null)]
    [InlineData("sub", null)]
    public async Task A_token_with_a_wrong_claim_is_401(string claim, object? value)
    {
        await using Setup setup = await Setup.StartAsync();
        object? changed = value is long offset ? DateTimeOffset.UtcNow.ToUnixTimeSeconds() + offset : value;
        await setup.ExpectAsync(setup.Issuer.Token(Audience, (claim, changed)), 401, $"Bearer error=\"invalid_token\", {Challenge}");
    }

    [Fact]
    public async Task Clocks_may_differ_by_a_minute()
    {
        await using Setup setup = await Setup.StartAsync();
        await setup.ExpectAsync(setup.Issuer.Token(Audience, ("nbf", null), ("iat", null), ("exp", DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 30)), 200, null);
    }

    [Theory]
    [InlineData("scope", "openid")]
    [InlineData("scope", "mcp:tool mcp:tools:read mcpx")]
    [InlineData("scope", null)]
    public async Task A_token_without_the_scope_is_403(string claim, object? value)
    {
        await using Setup setup = await Setup.StartAsync();
        await setup.ExpectAsync(setup.Issuer.Token(Audience, (claim, value)), 403, $"Bearer error=\"insufficient_scope\", {Challenge}");
    }

    [Fact]
    public async Task Forged_tokens_are_401()
    {
        await using Setup setup = await Setup.StartAsync();
        string[] parts = setup.Issuer.Token(Audience).Split('.');
        string none = $"{IssuerFixture.Encode(Encoding.UTF8.GetBytes("""{"alg":"none"}"""))}.{parts[1]}.";
        foreach (string token in (string[])[none, setup.Issuer.ForgeWithPublicKey(Audience), $"{parts[0]}.{parts[1]}.{parts[2][..^8]}AAAAAAAA", "no-jwt", "a.b.c", "a.b.c.d.e"])
        {
            await setup.ExpectAsync(token, 401, $"Bearer error=\"invalid_token\", {Challenge}");
        }
    }

    [Fact]
    public async Task A_rotated_key_is_found_but_not_asked_for_too_often()
    {
        await using Setup setup = await Setup.StartAsync(floor: TimeSpan.Zero);
        string old = setup.Issuer.Token(Audience);
        await setup.ExpectAsync(old, 200, null);
        setup.Issuer.Rotate();
        await setup.ExpectAsync(setup.Issuer.Token(Audience), 200, null);
        Assert.Equal(2, setup.Issuer.KeySetReads);
        await setup.ExpectAsync(old, 401, $"Bearer error=\"invalid_token\", {Challenge}");

        await using Setup slow = await Setup.StartAsync(floor: TimeSpan.FromHours(1));
        await slow.ExpectAsync(slow.Issuer.Token(Audience), 200, null);
        slow.Issuer.Rotate();
        for (int i = 0; i < 5; i++)
        {
            await slow.ExpectAsync(slow.Issuer.Token(Audience), 401, $"Bearer error=\"invalid_token\", {Challenge}");
        }

        Assert.Equal(1, slow.Issuer.KeySetReads);
    }

    [Fact]
    public async Task Without_the_issuers_keys_nothing_can_be_said()
    {
        await using Setup setup = await Setup.StartAsync(floor: TimeSpan.Zero);
        setup.Issuer.IsDown = true;
        await setup.ExpectAsync(setup.Issuer.Token(Audience), 503, null);
        setup.Issuer.IsDown = false;
        setup.Issuer.ClaimedIssuer = "https://evil.example";
        await setup.ExpectAsync(setup.Issuer.Token(Audience), 503, null);
        setup.Issuer.ClaimedIssuer = null;
        await setup.ExpectAsync(setup.Issuer.Token(Audience), 200, null);
        setup.Issuer.IsDown = true;
        await setup.ExpectAsync(setup.Issuer.Token(Audience), 200, null);
    }

    [Theory]
    [InlineData("/mcp", "POST")]
    [InlineData("/mcp", "GET")]
    [InlineData("/mcp", "DELETE")]
    [InlineData("/sse", "GET")]
    [InlineData("/message?sessionId=1", "POST")]
    public async Task Every_path_wants_the_token_and_in_the_header_only(string path, string method)
    {
        await using Setup setup = await Setup.StartAsync();
        (int status, Dictionary<string, string> headers, string body) = await setup.Port.SendAsync(method, path, "Host: localhost", "Content-Length: 0");
        Assert.Equal((401, $"Bearer {Challenge}"), (status, headers["www-authenticate"]));
        Assert.Contains("-32600", body, StringComparison.Ordinal);
        string query = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}access_token={setup.Issuer.Token(Audience)}";
        (status, _, _) = await setup.Port.SendAsync(method, query, "Host: localhost", "Content-Length: 0");
        Assert.Equal(401, status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("right")]
    public async Task A_token_does_not_open_the_metrics_a_key_does(string? key)
    {
        await using Setup setup = await Setup.StartAsync(new ServeSettings { ApiKey = key });
        string token = setup.Issuer.Token(Audience);
        await setup.ExpectAsync(token, 200, null);
        (int status, Dictionary<string, string> headers, _) = await setup.Port.SendAsync("GET", "/metrics", "Host: localhost", $"Authorization: Bearer {token}");
        Assert.Equal((401, "Bearer realm=\"mistralserve\", error=\"invalid_token\""), (status, headers["www-authenticate"]));
        (status, headers, _) = await setup.Port.SendAsync("GET", "/metrics", "Host: localhost");
        Assert.Equal((401, "Bearer realm=\"mistralserve\""), (status, headers["www-authenticate"]));
        (status, _, _) = await setup.Port.SendAsync("GET", "/metrics", "Host: localhost", "Authorization: Bearer right");
        Assert.Equal(key is null ? 401 : 200, status);
    }

    [Fact]
    public async Task Malformed_authorization_is_400_and_a_foreign_scheme_too()
    {
        await using Setup setup = await Setup.StartAsync();
        foreach (string[] lines in (string[][])[["Authorization: Bearer"], ["Authorization: Bearer a b"], ["Authorization: Basic YTpi"], ["Authorization: Bearer a", "Authorization: Bearer a"]])
        {
            (int status, Dictionary<string, string> headers, _) = await setup.Port.SendAsync("POST", "/mcp", ["Host: localhost", "Content-Length: 0", .. lines]);
            Assert.Equal((400, $"Bearer error=\"invalid_request\", {Challenge}"), (status, headers["www-authenticate"]));
        }
    }

    [Fact]
    public async Task With_keys_too_either_does()
    {
        await using Setup setup = await Setup.StartAsync(new ServeSettings { ApiKey = "right" });
        await setup.ExpectAsync("right", 200, null);
        await setup.ExpectAsync(setup.Issuer.Token(Audience), 200, null);
        await setup.ExpectAsync("wrong", 401, $"Bearer error=\"invalid_token\", {Challenge}");
    }

    [Theory]
    [InlineData("https://a.example", null, "--oauth-audience")]
    [InlineData(null, "https://a.example/mcp", "--oauth-issuer")]
    [InlineData("https://a.example", "https://b.example/mcp", "needs a key")]
    public void Half_a_configuration_and_a_rest_port_without_key_are_refused(string? issuer, string? audience, string expected)
    {
        var settings = new ServeSettings { OAuthIssuer = issuer, OAuthAudience = audience, Host = "0.0.0.0" };
        Assert.Contains(expected, BindRule.Check(settings, ApiKeyStore.Load(settings).Store!), StringComparison.Ordinal);
        Assert.Null(BindRule.Check(
            settings with { OAuthIssuer = "https://a.example", OAuthAudience = "https://b.example/mcp", Host = "127.0.0.1" }, ApiKeyStore.Load(settings).Store!));
    }

    [Theory]
    [InlineData("https://a.example", "/.well-known/oauth-authorization-server /.well-known/openid-configuration")]
    [InlineData("https://a.example/", "/.well-known/oauth-authorization-server /.well-known/openid-configuration")]
    [InlineData("https://a.example/t/1", "/.well-known/oauth-authorization-server/t/1 /.well-known/openid-configuration/t/1 /t/1/.well-known/openid-configuration")]
    public void Issuers_are_looked_up_in_the_order_of_the_specification(string issuer, string paths) =>
        Assert.Equal(paths.Split(' ').Select(path => "https://a.example" + path), OAuthRules.DiscoveryUrls(issuer).Select(url => url.ToString()));

    [Theory]
    [InlineData("https://a.example", true, true)]
    [InlineData("http://127.0.0.1:9/x", true, true)]
    [InlineData("http://a.example", false, true)]
    [InlineData("https://a.example?x", false, false)]
    [InlineData("https://a.example/#x", false, false)]
    [InlineData("https://u@a.example", false, false)]
    [InlineData("ftp://a.example", false, false)]
    [InlineData("a.example", false, false)]
    public void Addresses_are_checked(string text, bool isIssuer, bool isAudience) =>
        Assert.Equal((isIssuer, isAudience), (OAuthRules.IsIssuer(text), OAuthRules.IsAudience(text)));

    /// <summary>The real MCP port with the issuer, over real Kestrel.</summary>
    private sealed class Setup(IssuerFixture issuer, AccessTokens tokens, RunningPort port) : IAsyncDisposable
    {
        public IssuerFixture Issuer => issuer;

        public RunningPort Port => port;

        public static async Task<Setup> StartAsync(ServeSettings? settings = null, TimeSpan? floor = null)
        {
            IssuerFixture issuer = await IssuerFixture.StartAsync();
            ServeSettings complete = (settings ?? new ServeSettings()) with
            {
                McpPort = 0, OAuthIssuer = issuer.Issuer, OAuthAudience = Audience, OAuthScopes = ["mcp:tools"],
            };
            var tokens = new AccessTokens(
                issuer.Issuer, Audience, complete.OAuthScopes, floor ?? AccessTokens.DefaultFloor, TimeProvider.System, NullLogger.Instance);
            RunningPort port = await RunningPort.StartAsync(McpPort.Define(complete, ApiKeyStore.Load(complete).Store!, new ScriptedModel(), tokens));
            return new(issuer, tokens, port);
        }

        public async Task ExpectAsync(string token, int status, string? challenge)
        {
            const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{port.EndPoint}/mcp");
            request.Content = new StringContent(Ping, Encoding.UTF8, "application/json");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            using HttpResponseMessage response = await client.SendAsync(request);
            Assert.Equal((status, challenge), ((int)response.StatusCode, response.Headers.TryGetValues("WWW-Authenticate", out IEnumerable<string>? values) ? string.Join("; ", values) : null));
            Assert.DoesNotContain(token, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(status == 503, response.Headers.RetryAfter is not null);
        }

        public async ValueTask DisposeAsync()
        {
            await port.DisposeAsync();
            tokens.Dispose();
            await issuer.DisposeAsync();
        }
    }
}
