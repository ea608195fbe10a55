using System.Net;
using System.Text;
using System.Text.Json;

namespace MistralServe.Tests.Mcp;

/// <summary>
/// What clients put on the wire, message by message, so that it is tested without them installed: the sequences of the TypeScript, C#, Python
/// and Rust SDKs. The documented curl calls are in <see cref="McpCurlTests"/>.
/// </summary>
public sealed class WireReplayTests
{
    private const string Both = "application/json, text/event-stream";
    private const string Version = "MCP-Protocol-Version";
    private const string Session = "Mcp-Session-Id";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task TypeScript_legacy_lists_without_params_and_cancels_by_a_notification()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([McpStreamTests.Endless(started, cancelled)]);
        McpTestServer.Answer initialized = await server.PostAsync(
            """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}""",
            ("Accept", Both));
        Assert.Equal("2025-11-25", initialized.Result.GetProperty("protocolVersion").GetString());
        (string, string)[] headers = [("Accept", Both), (Session, initialized.Session!), (Version, "2025-11-25")];
        (await server.PostAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", headers)).ExpectAccepted();
        await server.ExpectNoStreamAsync(("Accept", "text/event-stream"), headers[1], headers[2]);
        Assert.Single((await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", headers)).Result.GetProperty("tools").EnumerateArray());

        using EventStreamClient call = await server.StreamAsync(
            """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"chat","arguments":{},"_meta":{"progressToken":2}}}""", headers[1], headers[2]);
        await started.Task.WaitAsync(Limit);
        (await server.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2,"reason":"user"}}""", headers)).ExpectAccepted();
        await cancelled.Task.WaitAsync(Limit);

        // The stream stays open on the client's side; it ends here, as an event stream and without a response.
        Assert.DoesNotContain(await call.ReadToEndAsync(), message => message.TryGetProperty("id", out _));
    }

    [Fact]
    public async Task TypeScript_auto_probes_and_cancels_by_closing()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([McpStreamTests.Endless(started, cancelled)]);
        McpTestServer.Answer probe = await server.PostAsync(
            Modern("\"server-discover-probe-1\"", "server/discover"), ("Accept", Both), (Version, McpTestServer.Modern), ("Mcp-Method", "server/discover"));
        Assert.Equal("\"server-discover-probe-1\"", probe.Json.GetProperty("id").GetRawText());
        Assert.Null(probe.Session);
        EventStreamClient call = await server.StreamAsync(
            Modern("1", "tools/call", "\"name\":\"chat\",\"arguments\":{},"), (Version, McpTestServer.Modern), ("Mcp-Method", "tools/call"), ("Mcp-Name", "chat"));
        await started.Task.WaitAsync(Limit);
        call.Dispose();
        await cancelled.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task CSharp_auto_discovers_lists_and_calls_with_a_hexadecimal_token()
    {
        await using McpTestServer server = await McpTestServer.StartAsync(FixtureTools.Create());
        (string, string)[] headers = [("Accept", Both), (Version, McpTestServer.Modern)];
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Modern("1", "server/discover"), [.. headers, ("Mcp-Method", "server/discover")])).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Modern("2", "tools/list"), [.. headers, ("Mcp-Method", "tools/list")])).Status);
        const string Token = "\"0123456789abcdef0123456789abcdef\"";
        string call = Modern("3", "tools/call", "\"name\":\"test_tool_with_progress\",").Replace(
            "\"_meta\":{", $"\"_meta\":{{\"progressToken\":{Token},", StringComparison.Ordinal);
        using EventStreamClient stream = await server.StreamAsync(
            call, (Version, McpTestServer.Modern), ("Mcp-Method", "tools/call"), ("Mcp-Name", "test_tool_with_progress"));
        List<JsonElement> messages = await stream.ReadToEndAsync();
        Assert.Equal(4, messages.Count);
        Assert.All(messages[..^1], message => Assert.Equal(Token, message.GetProperty("params").GetProperty("progressToken").GetRawText()));
    }

    [Fact]
    public async Task CSharp_legacy_sends_method_headers_and_asks_for_a_stream_before_it_is_initialized()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer initialized = await server.PostAsync(
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}""",
            ("Accept", Both), ("Mcp-Method", "initialize"));
        (string, string)[] headers = [("Accept", Both), (Session, initialized.Session!), (Version, "2025-11-25")];
        await server.ExpectNoStreamAsync(("Accept", "text/event-stream"), headers[1], headers[2]);
        (await server.PostAsync("""{"jsonrpc":"2.0","method":"notifications/initialized","params":{}}""", [.. headers, ("Mcp-Method", "notifications/initialized")])).ExpectAccepted();
        using EventStreamClient call = await server.StreamAsync(
            """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"chat","arguments":{}}}""",
            headers[1], headers[2], ("Mcp-Method", "tools/call"), ("Mcp-Name", "chat"));
        Assert.Single(await call.ReadToEndAsync());
        using var delete = new HttpRequestMessage(HttpMethod.Delete, "/mcp");
        delete.Headers.Add(Session, initialized.Session);
        delete.Headers.Add(Version, "2025-11-25");
        Assert.Equal(HttpStatusCode.NoContent, (await server.SendAsync(delete)).Status);
    }

    [Theory]
    [InlineData("/sse", "*/*", "2025-11-25")]
    [InlineData("/mcp", "application/json, text/event-stream", null)]
    public async Task Clients_of_the_event_stream_post_with_and_without_a_version(string path, string accept, string? version)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        using EventStreamClient stream = await server.OpenStreamAsync(path);
        string address = (await stream.ReadEventAsync())!.Value.Data;
        (string, string)[] headers = version is null ? [("Accept", accept)] : [("Accept", accept), ("mcp-protocol-version", version)];
        (await server.PostToAsync(
            address, """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"""u8.ToArray(),
            ("Accept", accept))).ExpectAccepted();
        Assert.Equal("2025-11-25", (await stream.ReadMessageAsync()).GetProperty("result").GetProperty("protocolVersion").GetString());
        (await server.PostToAsync(address, """{"jsonrpc":"2.0","method":"notifications/initialized"}"""u8.ToArray(), headers)).ExpectAccepted();
        (await server.PostToAsync(
            address, """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":{}}}"""u8.ToArray(), headers)).ExpectAccepted();
        Assert.Equal("{} by ''", (await stream.ReadMessageAsync()).GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Python_asks_for_a_stream_twice_beside_the_next_request()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer initialized = await server.PostAsync(
            """{"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"mcp","version":"0.1.0"}},"jsonrpc":"2.0","id":0}""",
            ("Accept", Both));
        (string, string)[] headers = [("Accept", Both), (Session, initialized.Session!), (Version, "2025-11-25")];
        Task first = server.ExpectNoStreamAsync(("Accept", "text/event-stream"), headers[1], headers[2]);
        (await server.PostAsync("""{"method":"notifications/initialized","jsonrpc":"2.0"}""", headers)).ExpectAccepted();
        await Task.WhenAll(first, server.ExpectNoStreamAsync(("Accept", "text/event-stream"), headers[1], headers[2]));
        Assert.Equal(2, (await server.PostAsync("""{"method":"tools/list","jsonrpc":"2.0","id":1}""", headers)).Result.GetProperty("tools").GetArrayLength());
    }

    [Fact]
    public async Task Rust_keeps_the_session_that_the_last_answer_named_and_compares_content_types_literally()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer last = await server.PostAsync(
            """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"r","version":"1"}}}""",
            ("Accept", Both));
        string session = last.Session!;
        Assert.Equal("application/json", last.ContentType);

        // It refuses a server that speaks a newer revision than itself.
        Assert.Equal("2025-06-18", last.Result.GetProperty("protocolVersion").GetString());
        await server.ExpectNoStreamAsync(("Accept", Both), (Session, session));
        foreach (string body in (string[])
            [
                """{"jsonrpc":"2.0","method":"notifications/initialized"}""",
                """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""",
                """{"jsonrpc":"2.0","id":2,"method":"unknown"}""",
                """{"jsonrpc":"2.0","id":3,"method":"ping"}""",
            ])
        {
            last = await server.PostAsync(body, ("Accept", Both), (Session, last.Session!));
            Assert.Equal(session, last.Session);
        }

        // Its client stops at the first data event, which without a token is the response.
        using EventStreamClient call = await server.StreamAsync(
            """{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"chat","arguments":{}}}""", (Session, last.Session!));
        Assert.Equal(session, call.Response.Headers.GetValues(Session).Single());
        Assert.Equal("4", (await call.ReadMessageAsync()).GetProperty("id").GetRawText());
    }

    [Fact]
    public async Task A_page_that_rebinds_its_name_is_refused_and_a_local_one_is_not()
    {
        await using McpTestServer server = await McpTestServer.StartAsync(guarded: true);
        const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";
        Assert.Equal(HttpStatusCode.Forbidden, (await server.PostAsync(Ping, ("Host", "evil.example.com"), ("Origin", "http://evil.example.com"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Ping, ("Host", "localhost:4321"), ("Origin", "http://localhost:4321"))).Status);
    }

    private static string Modern(string id, string method, string parameters = "") =>
        $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"{{{method}}}","params":{{{{parameters}}}{{{McpTestServer.Meta()}}}}}""";
}
