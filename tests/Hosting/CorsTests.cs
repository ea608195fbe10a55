using MistralServe.Hosting;
using MistralServe.Hosting.Access;

namespace MistralServe.Tests.Hosting;

/// <summary>Pages of other origins, and keys in Anthropic's header, on the REST port.</summary>
public sealed class CorsTests
{
    private const string App = "https://app.example:8443";

    [Fact]
    public async Task A_preflight_of_a_listed_origin_is_granted_what_it_asks_for_without_a_key()
    {
        await using RunningPort running = await StartAsync(new ServeSettings { CorsOrigins = [App], ApiKey = "right" });
        (int status, Dictionary<string, string> headers, string body) = await running.SendAsync(
            "OPTIONS", "/v1/chat/completions", "Host: localhost", $"Origin: {App}", "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization,content-type,x-stainless-os");
        Assert.Equal((204, ""), (status, body));
        Assert.Equal(App, headers["access-control-allow-origin"]);
        Assert.Equal("authorization,content-type,x-stainless-os", headers["access-control-allow-headers"]);
        Assert.Contains("POST", headers["access-control-allow-methods"], StringComparison.Ordinal);
        Assert.Equal("Origin", headers["vary"]);
        Assert.False(headers.ContainsKey("access-control-allow-credentials"));
    }

    [Fact]
    public async Task An_answer_to_a_listed_origin_can_be_read_errors_included()
    {
        await using RunningPort running = await StartAsync(new ServeSettings { CorsOrigins = [App], ApiKey = "right" });
        (int status, Dictionary<string, string> headers, _) = await running.SendAsync("GET", "/v1/models", "Host: localhost", $"Origin: {App}", "Authorization: Bearer right");
        Assert.Equal((200, App), (status, headers["access-control-allow-origin"]));
        Assert.Contains("x-request-id", headers["access-control-expose-headers"], StringComparison.Ordinal);
        (status, headers, _) = await running.SendAsync("GET", "/v1/models", "Host: localhost", $"Origin: {App}");
        Assert.Equal((401, App), (status, headers["access-control-allow-origin"]));
    }

    [Theory]
    [InlineData("https://app.example")]
    [InlineData("http://app.example:8443")]
    [InlineData("https://evil.app.example:8443")]
    [InlineData("null")]
    public async Task Another_origin_is_403_and_gets_no_headers(string origin)
    {
        await using RunningPort running = await StartAsync(new ServeSettings { CorsOrigins = [App] });
        (int status, Dictionary<string, string> headers, _) = await running.SendAsync(
            "OPTIONS", "/v1/models", "Host: localhost", $"Origin: {origin}", "Access-Control-Request-Method: GET");
        Assert.Equal(403, status);
        Assert.False(headers.ContainsKey("access-control-allow-origin"));
    }

    [Fact]
    public async Task A_wrong_host_is_refused_before_the_origin_is_looked_at()
    {
        await using RunningPort running = await StartAsync(new ServeSettings { CorsOrigins = [App] });
        (int status, _, _) = await running.SendAsync("OPTIONS", "/v1/models", "Host: evil.example", $"Origin: {App}", "Access-Control-Request-Method: GET");
        Assert.Equal(403, status);
    }

    [Fact]
    public async Task Without_the_option_nothing_is_granted()
    {
        await using RunningPort running = await StartAsync(new ServeSettings());
        (int status, Dictionary<string, string> headers, _) = await running.SendAsync("GET", "/v1/models", "Host: localhost", "Origin: http://localhost:3000");
        Assert.Equal(200, status);
        Assert.DoesNotContain(headers.Keys, name => name.StartsWith("access-control", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://app.example", true)]
    [InlineData("http://localhost:3000", true)]
    [InlineData("https://app.example/", false)]
    [InlineData("https://app.example/path", false)]
    [InlineData("https://*.example", false)]
    [InlineData("*", false)]
    [InlineData("ftp://app.example", false)]
    [InlineData("app.example", false)]
    [InlineData("https://user@app.example", false)]
    public void An_origin_is_scheme_host_and_port(string text, bool isOne) => Assert.Equal(isOne, CorsPolicy.IsOrigin(text));

    [Theory]
    [InlineData("/v1/messages", "x-api-key: right", 400)]
    [InlineData("/v1/messages", "Authorization: Bearer right", 400)]
    [InlineData("/v1/messages", "x-api-key: wrong", 401)]
    [InlineData("/v1/messages", "X-Other: right", 401)]
    [InlineData("/v1/chat/completions", "x-api-key: right", 401)]
    public async Task Anthropics_header_carries_the_key_on_its_routes_only(string path, string header, int expected)
    {
        await using RunningPort running = await StartAsync(new ServeSettings { ApiKey = "right" });
        (int status, _, string body) = await running.SendAsync("POST", path, "Host: localhost", header, "Content-Type: application/json", "Content-Length: 0");
        Assert.True(expected == status, body);
        if (status == 401 && path == "/v1/messages")
        {
            Assert.StartsWith("""{"type":"error","error":{"type":"authentication_error",""", body, StringComparison.Ordinal);
        }
    }

    private static Task<RunningPort> StartAsync(ServeSettings settings) =>
        RunningPort.StartAsync(RestPort.Define(settings with { Port = 0 }, ApiKeyStore.Load(settings).Store!, new ScriptedModel()));
}
