using System.Net;

namespace MistralServe.Tests.Mcp;

public sealed class McpLegacyTests
{
    [Theory]
    [InlineData("""{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}}""", "2025-11-25")]
    [InlineData("""{"protocolVersion":"2025-06-18"}""", "2025-06-18")]
    [InlineData("""{"protocolVersion":"2025-03-26"}""", "2025-03-26")]
    [InlineData("""{"protocolVersion":"2024-11-05"}""", "2024-11-05")]
    [InlineData("""{"protocolVersion":"2026-07-28"}""", "2025-11-25")]
    [InlineData("""{"protocolVersion":"1999-01-01"}""", "2025-11-25")]
    [InlineData("""{"protocolVersion":7}""", "2025-11-25")]
    [InlineData("{}", "2025-11-25")]
    [InlineData("null", "2025-11-25")]
    [InlineData(null, "2025-11-25")]
    public async Task Initialize_negotiates_a_legacy_version(string? parameters, string expected)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        string member = parameters is null ? "" : $",\"params\":{parameters}";
        McpTestServer.Answer answer = await server.PostAsync($$"""{"jsonrpc":"2.0","id":1,"method":"initialize"{{member}}}""");
        Assert.Equal(expected, answer.Result.GetProperty("protocolVersion").GetString());
    }

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2025-06-18")]
    [InlineData("2025-03-26")]
    [InlineData("2024-11-05")]
    public async Task Every_legacy_version_header_is_served_without_the_modern_checks(string version)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync(
            """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""",
            ("MCP-Protocol-Version", version), ("Mcp-Method", "something/else"), ("Accept", "application/json, text/event-stream"));
        Assert.Equal(2, answer.Result.GetProperty("tools").GetArrayLength());
        Assert.False(answer.Result.TryGetProperty("ttlMs", out _));
    }

    [Fact]
    public async Task Ping_is_answered_with_an_empty_object()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");
        Assert.Equal("""{"jsonrpc":"2.0","id":1,"result":{}}""", answer.Body);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("resources/list")]
    [InlineData("server/discover")]
    [InlineData("subscriptions/listen")]
    [InlineData("PING")]
    public async Task Unknown_method_is_200_with_an_error(string method)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}"}""");
        answer.ExpectError(200, -32601, "1");
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/initialized"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/initialized","params":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/initialized","params":null}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2,"reason":"user"}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"tools/list"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"anything"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}""")]
    public async Task Notifications_and_responses_are_accepted(string body)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        (await server.PostAsync(body)).ExpectAccepted();
        (await server.PostAsync(body, ("MCP-Protocol-Version", "2025-06-18"))).ExpectAccepted();
    }

    [Fact]
    public async Task Unknown_session_is_404_with_the_id()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync(
            """{"jsonrpc":"2.0","id":"a","method":"tools/list"}""", ("Mcp-Session-Id", "0123"));
        answer.ExpectError(404, -32600, "\"a\"");
        answer = await server.PostAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", ("Mcp-Session-Id", "0123"));
        answer.ExpectError(404, -32600, null);
        answer = await server.PostAsync("""[{"jsonrpc":"2.0","id":1,"method":"ping"}]""", ("Mcp-Session-Id", "0123"));
        answer.ExpectError(404, -32600, null);
    }

    [Fact]
    public async Task A_batch_is_answered_in_order_without_its_notifications()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        const string Batch = """
            [{"jsonrpc":"2.0","id":"b","method":"ping"},
             {"jsonrpc":"2.0","method":"notifications/initialized"},
             {"id":5},
             17,
             {"jsonrpc":"2.0","id":1,"result":{}},
             {"jsonrpc":"2.0","id":2,"method":"nope"},
             {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"chat","arguments":{}}}]
            """;
        foreach ((string, string)[] headers in ((string, string)[][])
            [[], [("MCP-Protocol-Version", "2025-03-26")], [("MCP-Protocol-Version", "2024-11-05")]])
        {
            McpTestServer.Answer answer = await server.PostAsync(Batch, headers);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal("application/json", answer.ContentType);
            Assert.Equal(
                ["\"b\"", null, null, "2", "3"],
                answer.Json.EnumerateArray().Select(reply => reply.TryGetProperty("id", out var id) ? id.GetRawText() : null));
            Assert.Equal(-32600, answer.Json[1].GetProperty("error").GetProperty("code").GetInt32());
            Assert.Equal(-32601, answer.Json[3].GetProperty("error").GetProperty("code").GetInt32());
            Assert.False(answer.Json[4].GetProperty("result").GetProperty("isError").GetBoolean());
        }
    }

    [Fact]
    public async Task A_batch_of_notifications_and_responses_is_accepted()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        (await server.PostAsync("""[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","id":1,"result":{}}]""")).ExpectAccepted();
    }

    [Fact]
    public async Task A_modern_entry_of_a_batch_lacks_its_headers()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync(
            $$$"""[{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{{McpTestServer.Meta()}}}}}]""");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(-32020, answer.Json[0].GetProperty("error").GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    [InlineData("2099-01-01")]
    [InlineData("")]
    public async Task Versions_without_batches_refuse_them(string version)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync(
            """[{"jsonrpc":"2.0","id":1,"method":"ping"}]""", ("MCP-Protocol-Version", version));
        answer.ExpectError(400, -32600, null);
    }

    [Fact]
    public async Task Empty_oversized_and_initializing_batches_are_refused()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        (await server.PostAsync("[]")).ExpectError(400, -32600, null);
        (await server.PostAsync("""[{"jsonrpc":"2.0","id":1,"method":"initialize"}]""")).ExpectError(400, -32600, null);
        (await server.PostAsync(Pings(33))).ExpectError(400, -32600, null);
        Assert.Equal(32, (await server.PostAsync(Pings(32))).Json.GetArrayLength());

        static string Pings(int count) =>
            $"[{string.Join(',', Enumerable.Range(0, count).Select(id => $$"""{"jsonrpc":"2.0","id":{{id}},"method":"ping"}"""))}]";
    }
}
