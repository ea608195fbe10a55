using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MistralServe.Tests.Hosting.OAuth;

namespace MistralServe.Tests.EndToEnd;

/// <summary>The published binary as an OAuth resource server: what reflection would have done under the JIT has to work in native code.</summary>
[Collection("native")]
public sealed class OAuthTests
{
    private const string Audience = "https://llm.example.org/mcp";
    private const string Challenge = "scope=\"mcp:tools\", resource_metadata=\"https://llm.example.org/.well-known/oauth-protected-resource/mcp\"";
    private const string InvalidToken = $"Bearer error=\"invalid_token\", {Challenge}";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens_are_judged_by_signature_and_claims(bool curve)
    {
        await using Setup setup = await Setup.StartAsync();
        IssuerFixture issuer = setup.Issuer;
        issuer.UsesCurve = curve;
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await setup.ExpectAsync(null, 401, $"Bearer {Challenge}");
        await setup.ExpectAsync(issuer.Token(Audience), 200, null);
        await setup.ExpectAsync(issuer.Token(Audience, ("aud", new[] { "https://other.example", Audience })), 200, null);
        foreach ((string claim, object? value) in ((string, object?)[])
            [
                ("exp", now - 120), ("nbf", now + 120), ("exp", null), ("sub", null), ("aud", null), ("aud", "https://llm.example.org"),
                ("iss", "https://evil.example"), ("iss", null),
            ])
        {
            await setup.ExpectAsync(issuer.Token(Audience, (claim, value)), 401, InvalidToken);
        }

        await setup.ExpectAsync(issuer.Token(Audience, ("scope", "openid")), 403, $"Bearer error=\"insufficient_scope\", {Challenge}");

        string[] parts = issuer.Token(Audience).Split('.');
        string none = IssuerFixture.Encode(Encoding.UTF8.GetBytes("""{"alg":"none"}"""));
        string first = parts[2][0] == 'A' ? "B" : "A";
        foreach (string forged in (string[])
            [$"{none}.{parts[1]}.", issuer.ForgeWithPublicKey(Audience), $"{parts[0]}.{parts[1]}.{first}{parts[2][1..]}", "no-jwt", "a.b.c"])
        {
            await setup.ExpectAsync(forged, 401, InvalidToken);
        }

        Assert.Equal(1, issuer.KeySetReads);
        await setup.ExpectAsync("a b", 400, $"Bearer error=\"invalid_request\", {Challenge}");
        Assert.DoesNotContain(parts[1], setup.Server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotated_key_is_found_and_an_unknown_one_is_not_asked_for_again_and_again()
    {
        await using Setup setup = await Setup.StartAsync();
        string old = setup.Issuer.Token(Audience);
        await setup.ExpectAsync(old, 200, null);
        setup.Issuer.Rotate();
        string rotated = setup.Issuer.Token(Audience);
        for (int i = 0; i < 5; i++)
        {
            await setup.ExpectAsync(rotated, 401, InvalidToken);
        }

        Assert.Equal(1, setup.Issuer.KeySetReads);
        await UntilAsync(setup.Server, rotated, 200);
        Assert.Equal(2, setup.Issuer.KeySetReads);
        await setup.ExpectAsync(old, 401, InvalidToken);
    }

    [Fact]
    public async Task Metadata_are_at_both_places_and_the_challenge_is_on_every_path()
    {
        await using Setup setup = await Setup.StartAsync();
        foreach (string path in (string[])["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"])
        {
            using HttpResponseMessage response = await setup.Server.Mcp.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
            using JsonDocument metadata = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            Assert.Equal(
                $$"""{"resource":"{{Audience}}","authorization_servers":["{{setup.Issuer.Issuer}}"],"bearer_methods_supported":["header"],"scopes_supported":["mcp:tools"]}""",
                metadata.RootElement.GetRawText());
        }

        foreach ((string method, string path) in ((string, string)[])[("POST", "/mcp"), ("GET", "/mcp"), ("DELETE", "/mcp"), ("GET", "/sse"), ("POST", "/message?sessionId=1")])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using HttpResponseMessage response = await setup.Server.Mcp.SendAsync(request);
            Assert.Equal((HttpStatusCode.Unauthorized, $"Bearer {Challenge}"), (response.StatusCode, response.Headers.WwwAuthenticate.ToString()));
        }

        using HttpResponseMessage unknown = await setup.Server.Mcp.GetAsync(new Uri("/nowhere", UriKind.Relative));
        Assert.Equal("""{"error":"not_found"}""", await unknown.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task With_a_key_too_MCP_takes_either_and_REST_the_key_only()
    {
        await using Setup setup = await Setup.StartAsync(new Dictionary<string, string> { ["MISTRALSERVE_API_KEY"] = "right" });
        string token = setup.Issuer.Token(Audience);
        await setup.ExpectAsync("right", 200, null);
        await setup.ExpectAsync(token, 200, null);
        await setup.ExpectAsync("wrong", 401, InvalidToken);
        await setup.ExpectAsync(null, 401, $"Bearer {Challenge}");
        foreach ((string? credential, HttpStatusCode status) in ((string?, HttpStatusCode)[])
            [("right", HttpStatusCode.OK), (token, HttpStatusCode.Unauthorized), (null, HttpStatusCode.Unauthorized)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.Authorization = credential is null ? null : new AuthenticationHeaderValue("Bearer", credential);
            using HttpResponseMessage response = await setup.Server.Rest.SendAsync(request);
            Assert.Equal(status, response.StatusCode);
            if (status == HttpStatusCode.Unauthorized)
            {
                Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
            }
        }

        (int code, _, string error) = await PublishedServer.RunAsync(
            null, "serve", "--host", "0.0.0.0", "-p", $"{PublishedServer.FindFreePort()}", "--mcp-port", $"{PublishedServer.FindFreePort()}",
            "--oauth-issuer", setup.Issuer.Issuer, "--oauth-audience", Audience);
        Assert.NotEqual(0, code);
        Assert.Contains("needs a key", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issuer_that_is_away_at_the_start_is_found_when_it_comes()
    {
        int port = PublishedServer.FindFreePort();
        await using PublishedServer server = await StartServerAsync($"http://127.0.0.1:{port}");
        await using IssuerFixture signer = await IssuerFixture.StartAsync();
        string foreign = signer.Token(Audience, ("iss", $"http://127.0.0.1:{port}"));
        var clock = Stopwatch.StartNew();
        (int status, HttpResponseHeaders headers, string body) = await SendAsync(server, foreign);
        Assert.Equal(503, status);
        Assert.Equal(TimeSpan.FromSeconds(10), headers.RetryAfter!.Delta);
        Assert.Contains("keys", body, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);

        await using IssuerFixture issuer = await IssuerFixture.StartAsync(port);
        await UntilAsync(server, issuer.Token(Audience), 200);
    }

    [Fact]
    public async Task An_issuer_that_hangs_makes_nobody_wait_longer_than_the_limit_and_no_caller_ends_the_wait_of_others()
    {
        await using Setup setup = await Setup.StartAsync();
        setup.Issuer.Hangs = true;
        string token = setup.Issuer.Token(Audience);
        var clock = Stopwatch.StartNew();

        // The first one goes away: the others still get their answer, and all of them from one fetch.
        using (var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(500)))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync(setup.Server, token, impatient.Token));
        }

        int[] statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await SendAsync(setup.Server, token)).Status));
        Assert.All(statuses, status => Assert.Equal(503, status));
        Assert.InRange(clock.Elapsed.TotalSeconds, 1, 15);
        setup.Issuer.Hangs = false;
        await UntilAsync(setup.Server, token, 200);
    }

    [Fact]
    public async Task Keys_from_elsewhere_and_sets_without_end_are_refused()
    {
        await using IssuerFixture other = await IssuerFixture.StartAsync();
        await using Setup redirected = await Setup.StartAsync();
        redirected.Issuer.KeysRedirect = $"{other.Issuer}/keys";
        await redirected.ExpectAsync(other.Token(Audience, ("iss", redirected.Issuer.Issuer)), 503, null);
        Assert.Equal(0, other.KeySetReads);

        await using Setup padded = await Setup.StartAsync();
        padded.Issuer.KeysPadding = 2_000_000;
        await padded.ExpectAsync(padded.Issuer.Token(Audience), 503, null);
        for (int i = 0; !padded.Server.Log.Contains("cannot be read", StringComparison.Ordinal); i++)
        {
            Assert.True(i < 100, padded.Server.Log);
            await Task.Delay(20);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keys_are_read_over_TLS_from_an_issuer_whose_certificate_is_trusted(bool isTrusted)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=issuer", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string store = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(store, isTrusted ? certificate.ExportCertificatePem() : "");
            await using IssuerFixture issuer = await IssuerFixture.StartAsync(certificate: certificate);
            await using PublishedServer server = await StartServerAsync(issuer.Issuer, new Dictionary<string, string> { ["SSL_CERT_FILE"] = store });
            Assert.Equal(isTrusted ? 200 : 503, (await SendAsync(server, issuer.Token(Audience))).Status);
            Assert.Equal(isTrusted ? 1 : 0, issuer.KeySetReads);
        }
        finally
        {
            File.Delete(store);
        }
    }

    [Theory]
    [InlineData("""{"alg":"dir","enc":"A128CBC-HS256","kid":"first"}""")]
    [InlineData("""{"alg":"RSA-OAEP","enc":"A256GCM","kid":"first"}""")]
    [InlineData("""{"alg":"A128KW","enc":"A128CBC-HS256","kid":"first"}""")]
    public async Task An_encrypted_token_is_refused(string header)
    {
        await using Setup setup = await Setup.StartAsync();
        string part = IssuerFixture.Encode(new byte[32]);
        await setup.ExpectAsync($"{IssuerFixture.Encode(Encoding.UTF8.GetBytes(header))}.{part}.{part}.{part}.{part}", 401, InvalidToken);
    }

    [Theory]
    [InlineData("sdk1")]
    [InlineData("sdk2")]
    public async Task The_TypeScript_SDKs_sign_in_by_what_the_401_says(string sdk)
    {
        await using IssuerFixture issuer = await IssuerFixture.StartAsync();
        int port = PublishedServer.FindFreePort();
        string url = $"http://localhost:{port}/mcp";
        await using PublishedServer server = await StartServerAsync(issuer.Issuer, audience: url, mcpPort: port);
        await NodeEnvironment.RunInAsync("mcp", "oauth.mjs", sdk, url);
        Assert.Equal(1, issuer.KeySetReads);
    }

    private static Task<PublishedServer> StartServerAsync(
        string issuer, Dictionary<string, string>? environment = null, string audience = Audience, int? mcpPort = null) => PublishedServer.StartAsync(
            environment: environment, mcpPortWanted: mcpPort,
            arguments: ["--oauth-issuer", issuer, "--oauth-audience", audience, "--oauth-scopes", "mcp:tools"]);

    private static async Task<(int Status, HttpResponseHeaders Headers, string Body)> SendAsync(
        PublishedServer server, string? token, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
        request.Content = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", Encoding.UTF8, "application/json");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        using HttpResponseMessage response = await server.Mcp.SendAsync(request, cancellationToken);
        return ((int)response.StatusCode, response.Headers, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    // Asks until the floor between two fetches of keys has passed.
    private static async Task UntilAsync(PublishedServer server, string token, int status)
    {
        for (var clock = Stopwatch.StartNew(); (await SendAsync(server, token)).Status != status; await Task.Delay(250))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"no {status} within 20 s");
        }
    }

    /// <summary>An issuer and a server that trusts it.</summary>
    private sealed class Setup(IssuerFixture issuer, PublishedServer server) : IAsyncDisposable
    {
        public IssuerFixture Issuer => issuer;

        public PublishedServer Server => server;

        public static async Task<Setup> StartAsync(Dictionary<string, string>? environment = null)
        {
            IssuerFixture issuer = await IssuerFixture.StartAsync();
            return new(issuer, await StartServerAsync(issuer.Issuer, environment));
        }

        public async Task ExpectAsync(string? token, int status, string? challenge)
        {
            (int answered, HttpResponseHeaders headers, string body) = await SendAsync(server, token);
            Assert.Equal((status, challenge), (answered, headers.TryGetValues("WWW-Authenticate", out IEnumerable<string>? values) ? string.Join("; ", values) : null));
            Assert.True(token is null || !body.Contains(token, StringComparison.Ordinal), "the answer holds the token");
        }

        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync();
            await issuer.DisposeAsync();
        }
    }
}
