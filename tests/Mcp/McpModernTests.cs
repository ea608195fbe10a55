using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using MistralServe.Mcp.Http;
using MistralServe.Mcp.Protocol;

namespace MistralServe.Tests.Mcp;

public sealed class McpModernTests
{
    private const string Version = "MCP-Protocol-Version";
    private const string Method = "Mcp-Method";
    private const string Name = "Mcp-Name";

    [Fact]
    public async Task Discover_is_answered_as_specified()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        JsonElement result = (await server.PostModernAsync("server/discover")).Result;
        Assert.Equal("""["2026-07-28"]""", result.GetProperty("supportedVersions").GetRawText());
        Assert.Equal("""{"tools":{}}""", result.GetProperty("capabilities").GetRawText());
        Assert.False(result.TryGetProperty("serverInfo", out _));
        ExpectModernFields(result, cacheable: true);
    }

    [Fact]
    public async Task Tools_are_listed_and_called()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        JsonElement list = (await server.PostModernAsync("tools/list")).Result;
        Assert.Equal(2, list.GetProperty("tools").GetArrayLength());
        ExpectModernFields(list, cacheable: true);

        JsonElement call = (await server.PostModernAsync("tools/call", "\"name\":\"chat\",\"arguments\":{\"a\":1}", "chat")).Result;
        Assert.Equal("{\"a\":1} by ''", call.GetProperty("content")[0].GetProperty("text").GetString());
        ExpectModernFields(call, cacheable: false);
    }

    [Theory]
    [InlineData("initialize")]
    [InlineData("ping")]
    [InlineData("logging/setLevel")]
    [InlineData("subscriptions/listen")]
    public async Task Removed_and_unknown_methods_are_404(string method)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        (await server.PostModernAsync(method)).ExpectError(404, -32601, "1");
    }

    [Fact]
    public async Task Version_header_must_be_present_and_equal_the_body()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        (await server.PostAsync(List(), (Method, "tools/list"))).ExpectError(400, -32020, "1");
        (await server.PostAsync(List(), (Version, "2025-11-25"), (Method, "tools/list"))).ExpectError(400, -32020, "1");
        (await server.PostAsync(List("2025-11-25"), (Version, McpTestServer.Modern), (Method, "tools/list"))).ExpectError(400, -32020, "1");
        (await server.PostAsync(List(), (Version, "2099-01-01"), (Method, "tools/list"))).ExpectError(400, -32020, "1");
    }

    [Theory]
    [InlineData("2099-01-01")]
    [InlineData("2025-11-25, 2025-11-25")]
    [InlineData("")]
    public async Task Unsupported_version_names_the_supported_one(string version)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        foreach ((string body, string? id) in ((string, string?)[])
            [("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", "1"), ("""{"jsonrpc":"2.0","method":"notifications/x"}""", null)])
        {
            McpTestServer.Answer answer = await server.PostAsync(body, (Version, version));
            JsonElement error = answer.ExpectError(400, -32022, id);
            Assert.Equal("""["2026-07-28"]""", error.GetProperty("data").GetProperty("supported").GetRawText());
            Assert.Equal(version, error.GetProperty("data").GetProperty("requested").GetString());
            Assert.Contains("2025-11-25", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Tools/list")]
    [InlineData("tools/call")]
    public async Task Method_header_must_equal_the_body(string? method)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        (string, string)[] headers = method is null ? [] : [(Method, method)];
        (await server.PostAsync(List(), [(Version, McpTestServer.Modern), .. headers])).ExpectError(400, -32020, "1");
    }

    [Theory]
    [InlineData("tools/call", "\"name\":\"chat\"", null, -32020)]
    [InlineData("tools/call", "\"name\":\"chat\"", "Chat", -32020)]
    [InlineData("tools/call", "", "chat", -32020)]
    [InlineData("tools/call", "\"name\":1", "1", -32020)]
    [InlineData("tools/call", "\"name\":\"chat\"", "=?base64?Y2hhdA==?=", 0)]
    [InlineData("tools/call", "\"name\":\"chat\"", "=?base64?Y2hhdA?=", -32020)]
    [InlineData("tools/call", "\"name\":\"chat\"", "=?base64?Y2hh dA==?=", -32020)]
    [InlineData("tools/call", "\"name\":\"chat\"", "=?base64?Y2hhdB==?=", -32020)]
    [InlineData("tools/call", "\"name\":\"chat\"", "=?BASE64?Y2hhdA==?=", -32020)]
    [InlineData("tools/call", "\"name\":\"\\ufffd\"", "=?base64?/w==?=", -32020)]
    [InlineData("tools/call", "\"name\":\"caf\\u00e9\"", "=?base64?Y2Fmw6k=?=", -32602)]
    [InlineData("prompts/get", "\"name\":\"p\"", "q", -32020)]
    [InlineData("prompts/get", "\"name\":\"p\"", "p", -32601)]
    [InlineData("resources/read", "\"uri\":\"file:///a\"", null, -32020)]
    [InlineData("resources/read", "\"uri\":\"file:///a\"", "file:///a", -32601)]
    public async Task Name_header_must_equal_the_body(string method, string parameters, string? name, int code)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostModernAsync(method, parameters, name);
        if (code == 0)
        {
            Assert.False(answer.Result.GetProperty("isError").GetBoolean());
            return;
        }

        answer.ExpectError(code switch { -32020 => 400, -32601 => 404, _ => 200 }, code, "1");
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":7}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":[]}}}""")]
    public async Task Required_meta_is_checked_after_the_headers(string body)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        (await server.PostAsync(body, (Version, McpTestServer.Modern), (Method, "tools/list"))).ExpectError(400, -32602, "1");
    }

    [Fact]
    public async Task Notifications_are_accepted_and_responses_are_not()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        const string Notification = """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""";
        (await server.PostAsync(Notification, (Version, McpTestServer.Modern))).ExpectAccepted();
        (await server.PostAsync($$$"""{"jsonrpc":"2.0","method":"a","params":{{{{McpTestServer.Meta()}}}}}""")).ExpectAccepted();
        (await server.PostAsync($$$"""{"jsonrpc":"2.0","method":"a","params":{{{{McpTestServer.Meta()}}}}}""", (Version, "2025-06-18")))
            .ExpectError(400, -32022, null);
        (await server.PostAsync("""{"jsonrpc":"2.0","id":4,"result":{}}""", (Version, McpTestServer.Modern))).ExpectError(400, -32600, "4");
    }

    [Fact]
    public async Task Sessions_and_event_ids_are_ignored()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync(
            List(), (Version, McpTestServer.Modern), (Method, "tools/list"), ("Mcp-Session-Id", "0123"), ("Last-Event-ID", "4"));
        Assert.Equal(2, answer.Result.GetProperty("tools").GetArrayLength());
    }

    [Fact]
    public void A_header_given_twice_is_a_mismatch()
    {
        using JsonDocument document = JsonDocument.Parse(List());
        JsonRpcMessage message = JsonRpcMessage.Read(document.RootElement);
        StringValues twice = new(["2025-11-25", "2025-11-25"]);

        var headers = new McpRequestHeaders(new HeaderDictionary { [Version] = twice });
        Assert.Equal(McpEra.Modern, headers.EraOf(message));
        Assert.Equal(McpErrorKind.HeaderMismatch, headers.CheckRequest(message)!.Kind);
        Assert.Equal(McpErrorKind.HeaderMismatch, headers.CheckNotification()!.Kind);

        headers = new(new HeaderDictionary { [Version] = McpTestServer.Modern, [Method] = new(["tools/list", "tools/list"]) });
        Assert.Equal(McpErrorKind.HeaderMismatch, headers.CheckRequest(message)!.Kind);

        headers = new(new HeaderDictionary { ["mcp-protocol-VERSION"] = McpTestServer.Modern, ["MCP-METHOD"] = "tools/list" });
        Assert.Null(headers.CheckRequest(message));
    }

    [Fact]
    public async Task A_name_beyond_ascii_comes_encoded()
    {
        await using McpTestServer server = await McpTestServer.StartAsync([FakeTool.Echo("café")]);
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes("café"));
        McpTestServer.Answer answer = await server.PostModernAsync("tools/call", "\"name\":\"café\"", $"=?base64?{encoded}?=");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.False(answer.Result.GetProperty("isError").GetBoolean());
    }

    private static string List(string version = McpTestServer.Modern) =>
        $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{{McpTestServer.Meta(version)}}}}}""";

    private static void ExpectModernFields(JsonElement result, bool cacheable)
    {
        Assert.Equal("complete", result.GetProperty("resultType").GetString());
        Assert.Equal(
            "mistralserve",
            result.GetProperty("_meta").GetProperty("io.modelcontextprotocol/serverInfo").GetProperty("name").GetString());
        Assert.Equal(cacheable, result.TryGetProperty("ttlMs", out JsonElement ttl) && ttl.GetInt32() == 3_600_000);
        Assert.Equal(cacheable, result.TryGetProperty("cacheScope", out JsonElement scope) && scope.GetString() == "public");
    }
}
