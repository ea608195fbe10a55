using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using MistralServe.Hosting;
using MistralServe.Hosting.Access;
using MistralServe.Hosting.Health;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Hosting;

/// <summary>The guard of both kinds of port, over real Kestrel: Host, Origin and keys in every combination that matters.</summary>
public sealed class AccessGuardTests
{
    public enum Port
    {
        Rest,
        Mcp,
    }

    [Theory]
    [InlineData(Port.Rest, "Host: localhost:1234", null, 200)]
    [InlineData(Port.Rest, "Host: 127.0.0.1", null, 200)]
    [InlineData(Port.Rest, "Host: [::1]:9", null, 200)]
    [InlineData(Port.Rest, "Host: evil.example", null, 403)]
    [InlineData(Port.Rest, "Host: 0.0.0.0:1234", null, 403)]
    [InlineData(Port.Rest, "Host:", null, 403)]
    [InlineData(Port.Rest, "Host: localhost", "Origin: http://localhost:3000", 200)]
    [InlineData(Port.Rest, "Host: localhost", "Origin: null", 403)]
    [InlineData(Port.Rest, "Host: localhost", "Origin: https://evil.example", 403)]
    [InlineData(Port.Mcp, "Host: localhost:4321", null, 200)]
    [InlineData(Port.Mcp, "Host: evil.example", null, 403)]
    [InlineData(Port.Mcp, "Host: 0.0.0.0:4321", null, 403)]
    [InlineData(Port.Mcp, "Host: localhost", "Origin: http://127.0.0.1:3000", 200)]
    [InlineData(Port.Mcp, "Host: localhost", "Origin: null", 403)]
    [InlineData(Port.Mcp, "Host: localhost", "Origin: https://evil.example", 403)]
    public async Task Host_and_origin(Port port, string host, string? origin, int expected)
    {
        await using RunningPort running = await StartAsync(port, new ServeSettings());

        (int status, _, string body) = await running.SendAsync("GET", "/probe", origin is null ? [host] : [host, origin]);

        Assert.Equal(expected, status);
        if (expected == 403)
        {
            Assert.Equal(port == Port.Rest, body.Contains("forbidden_origin", StringComparison.Ordinal));
            Assert.Equal(port == Port.Mcp, body.Length == 0);
        }
    }

    [Theory]
    [InlineData(Port.Rest, null, 401, "Bearer")]
    [InlineData(Port.Rest, "Authorization: Bearer wrong", 401, "Bearer")]
    [InlineData(Port.Rest, "Authorization: Basic YTpi", 401, "Bearer")]
    [InlineData(Port.Rest, "Authorization: Bearer", 401, "Bearer")]
    [InlineData(Port.Rest, "Authorization: Bearer right", 200, null)]
    [InlineData(Port.Rest, "authorization: bearer  right ", 200, null)]
    [InlineData(Port.Mcp, null, 401, "Bearer realm=\"mistralserve\"")]
    [InlineData(Port.Mcp, "Authorization: Bearer wrong", 401, "Bearer realm=\"mistralserve\", error=\"invalid_token\"")]
    [InlineData(Port.Mcp, "Authorization: Bearer right", 200, null)]
    public async Task Keys(Port port, string? authorization, int expected, string? challenge)
    {
        await using RunningPort running = await StartAsync(port, new ServeSettings { ApiKey = "right" });
        string[] headers = authorization is null ? ["Host: localhost"] : ["Host: localhost", authorization];

        (int status, Dictionary<string, string> answer, string body) = await running.SendAsync("GET", "/probe", headers);

        Assert.Equal(expected, status);
        Assert.Equal(challenge, answer.GetValueOrDefault("www-authenticate"));
        if (expected == 200)
        {
            Assert.StartsWith("key-", body, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("application/json", answer["content-type"].Split(';')[0]);
            Assert.DoesNotContain("right", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/PROBE")]
    [InlineData("/probe/")]
    [InlineData("/%70robe")]
    [InlineData("//probe")]
    [InlineData("/probe?key=right")]
    public async Task No_spelling_of_a_path_goes_around_the_key(string path)
    {
        foreach (Port port in Enum.GetValues<Port>())
        {
            await using RunningPort running = await StartAsync(port, new ServeSettings { ApiKey = "right" });

            (int status, _, string body) = await running.SendAsync("GET", path, "Host: localhost");

            Assert.True(status is 401 or 404, $"{port} {path}: {status}");
            Assert.DoesNotContain("reached", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Two_authorization_headers_are_refused()
    {
        await using RunningPort running = await StartAsync(Port.Rest, new ServeSettings { ApiKey = "right" });

        (int status, _, _) = await running.SendAsync("GET", "/probe", "Host: localhost", "Authorization: Bearer right", "Authorization: Bearer right");

        Assert.Equal(401, status);
    }

    [Fact]
    public async Task A_wrong_host_is_told_before_a_wrong_key()
    {
        await using RunningPort running = await StartAsync(Port.Rest, new ServeSettings { ApiKey = "right" });

        (int status, _, _) = await running.SendAsync("GET", "/probe", "Host: evil.example");

        Assert.Equal(403, status);
    }

    [Theory]
    [InlineData(Port.Rest, 401)]
    [InlineData(Port.Mcp, 404)]
    public async Task An_unknown_path_without_key_is_401_on_rest_and_404_on_mcp(Port port, int expected)
    {
        await using RunningPort running = await StartAsync(port, new ServeSettings { ApiKey = "right" });

        (int status, _, _) = await running.SendAsync("GET", "/.well-known/oauth-protected-resource", "Host: localhost");

        Assert.Equal(expected, status);
    }

    [Theory]
    [InlineData(Port.Rest)]
    [InlineData(Port.Mcp)]
    public async Task Health_needs_neither_host_nor_key(Port port)
    {
        await using RunningPort running = await StartAsync(port, new ServeSettings { ApiKey = "right" });

        (int status, _, string body) = await running.SendAsync("GET", "/health", "Host: 10.1.2.3:1234", "Origin: null");

        Assert.Equal(200, status);
        Assert.Equal("""{"status":"ok"}""", body);
    }

    [Theory]
    [InlineData(Port.Rest, "GET", "/v1/models", 401)]
    [InlineData(Port.Rest, "POST", "/v1/chat/completions", 401)]
    [InlineData(Port.Rest, "GET", "/V1/Models/", 401)]
    [InlineData(Port.Rest, "GET", "/openapi/v1.json", 401)]
    [InlineData(Port.Rest, "GET", "/mcp", 401)]
    [InlineData(Port.Rest, "GET", "/health", 200)]
    [InlineData(Port.Mcp, "POST", "/mcp", 401)]
    [InlineData(Port.Mcp, "GET", "/mcp", 401)]
    [InlineData(Port.Mcp, "POST", "/MCP/", 401)]
    [InlineData(Port.Mcp, "POST", "/%6dcp", 401)]
    [InlineData(Port.Mcp, "OPTIONS", "/mcp", 401)]
    [InlineData(Port.Mcp, "GET", "/.well-known/oauth-protected-resource/mcp", 404)]
    [InlineData(Port.Mcp, "POST", "/register", 404)]
    [InlineData(Port.Mcp, "GET", "/v1/models", 404)]
    [InlineData(Port.Mcp, "GET", "/health", 200)]
    public async Task The_real_endpoints_without_a_key(Port port, string method, string path, int expected)
    {
        await using RunningPort running = await RunningPort.StartAsync(Define(port, new ServeSettings { ApiKey = "right" }));

        (int status, Dictionary<string, string> headers, string body) = await running.SendAsync(method, path, "Host: localhost", "Content-Length: 0");

        Assert.Equal(expected, status);
        Assert.True(headers.ContainsKey("x-request-id"));
        if (expected == 404)
        {
            Assert.Equal("""{"error":"not_found"}""", body);
        }
    }

    [Theory]
    [InlineData("POST", "/mcp")]
    [InlineData("GET", "/mcp")]
    [InlineData("DELETE", "/mcp")]
    [InlineData("GET", "/sse")]
    [InlineData("POST", "/message?sessionId=1")]
    [InlineData("GET", "/metrics")]
    public async Task Every_path_of_MCP_wants_the_key_and_names_no_authorization_server(string method, string path)
    {
        await using RunningPort running = await RunningPort.StartAsync(Define(Port.Mcp, new ServeSettings { ApiKey = "right" }));
        foreach ((string credential, string challenge) in ((string, string)[])
            [("X-Nothing: 1", "Bearer realm=\"mistralserve\""), ("Authorization: Bearer wrong", "Bearer realm=\"mistralserve\", error=\"invalid_token\"")])
        {
            (int status, Dictionary<string, string> headers, string body) = await running.SendAsync(method, path, "Host: localhost", "Content-Length: 0", credential);
            Assert.Equal((401, challenge), (status, headers["www-authenticate"]));
            Assert.Contains("-32600", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("HEAD", 200)]
    [InlineData("OPTIONS", 204)]
    [InlineData("PUT", 405)]
    public async Task Health_and_other_methods(string method, int expected)
    {
        await using RunningPort running = await StartAsync(Port.Rest, new ServeSettings());

        (int status, _, _) = await running.SendAsync(method, "/health", "Host: localhost");

        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task A_star_with_a_key_lets_any_host_in()
    {
        await using RunningPort running = await StartAsync(Port.Rest, new ServeSettings { AllowedHosts = ["*"], ApiKey = "right" });

        (int status, _, _) = await running.SendAsync("GET", "/probe", "Host: anything.example", "Authorization: Bearer right");

        Assert.Equal(200, status);
    }

    [Fact]
    public async Task Headers_beyond_the_limits_are_refused()
    {
        await using RunningPort running = await StartAsync(Port.Rest, new ServeSettings());

        (int tooLong, _, _) = await running.SendAsync("GET", "/probe", "Host: localhost", "X-Long: " + new string('a', 33 * 1024));
        (int tooMany, _, _) = await running.SendAsync("GET", "/probe", ["Host: localhost", .. Enumerable.Range(0, 101).Select(n => $"X-{n}: 1")]);

        Assert.Equal(431, tooLong);
        Assert.Equal(431, tooMany);
    }

    /// <summary>The port's real guard and failure writer in front of one endpoint that tells who called.</summary>
    private static Task<RunningPort> StartAsync(Port port, ServeSettings settings) =>
        RunningPort.StartAsync(Define(port, settings) with { Map = app => app.MapGet("/probe", (RequestDelegate)TellCallerAsync) });

    private static PortDefinition Define(Port port, ServeSettings settings)
    {
        ScriptedModel model = new();
        settings = settings with { Port = 0, McpPort = 0 };
        ApiKeyStore keys = ApiKeyStore.Load(settings).Store!;
        return port == Port.Rest ? RestPort.Define(settings, keys, model) : McpPort.Define(settings, keys, model);
    }

    private static async Task TellCallerAsync(HttpContext context)
    {
        string caller = context.Features.Get<CallerIdentity>()?.Name ?? "reached";
        context.Response.ContentLength = caller.Length;
        await context.Response.WriteAsync(caller);
    }
}
