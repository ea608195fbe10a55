using System.Net;
using System.Text;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Mcp.Calls;

namespace MistralServe.Tests.Mcp;

/// <summary>The transport of revision 2024-11-05, by the parser rules of the Rust SDK (<see cref="EventStreamClient"/>).</summary>
public sealed class LegacyStreamTests
{
    private const string Initialize = """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"mcp-client","version":"0.1"}}}""";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("/sse")]
    [InlineData("/mcp")]
    public async Task A_conversation_runs_on_the_stream(string path)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        using EventStreamClient stream = await server.OpenStreamAsync(path);
        string address = await EndpointAsync(stream);

        await PostAsync(server, address, Initialize);
        JsonElement initialized = await stream.ReadMessageAsync();
        Assert.Equal("2024-11-05", initialized.GetProperty("result").GetProperty("protocolVersion").GetString());
        await PostAsync(server, address, """{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        await PostAsync(server, address, """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
        Assert.Equal(2, (await stream.ReadMessageAsync()).GetProperty("result").GetProperty("tools").GetArrayLength());
        await PostAsync(server, address, """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"chat","arguments":{"a":1}}}""");
        Assert.Contains("\\u0022a\\u0022:1", (await stream.ReadMessageAsync()).GetRawText().Replace("\\\"", "\\u0022", StringComparison.Ordinal), StringComparison.Ordinal);
        await PostAsync(server, address, """{"jsonrpc":"2.0","id":3,"method":"nope"}""");
        Assert.Equal(-32601, (await stream.ReadMessageAsync()).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Headers_of_a_streamable_client_do_not_open_a_stream()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        string session = (await server.PostAsync(Initialize)).Session!;
        foreach ((string, string)[] headers in ((string, string)[][])
            [
                [("Accept", "text/event-stream"), ("MCP-Protocol-Version", "2025-11-25")],
                [("Accept", "text/event-stream"), ("Mcp-Session-Id", session)],
                [("Accept", "text/event-stream"), ("Mcp-Session-Id", session), ("MCP-Protocol-Version", "2025-11-25")],
                [("Accept", "text/event-stream"), ("MCP-Protocol-Version", McpTestServer.Modern)],
                [("Accept", "*/*")],
                [("Accept", "application/json")],
                [],
            ])
        {
            await server.ExpectNoStreamAsync(headers);
        }
    }

    [Fact]
    public async Task Batches_answer_message_by_message()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        using EventStreamClient stream = await server.OpenStreamAsync();
        string address = await EndpointAsync(stream);
        await PostAsync(server, address, """[{"jsonrpc":"2.0","id":1,"method":"ping"},7,{"jsonrpc":"2.0","method":"x"},{"jsonrpc":"2.0","id":2,"method":"ping"}]""");
        Assert.Equal(1, (await stream.ReadMessageAsync()).GetProperty("id").GetInt32());
        Assert.Equal(-32600, (await stream.ReadMessageAsync()).GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(2, (await stream.ReadMessageAsync()).GetProperty("id").GetInt32());
        await PostAsync(server, address, Initialize.Replace("2024-11-05", "2025-11-25", StringComparison.Ordinal));
        await stream.ReadMessageAsync();
        (await server.PostToAsync(address, Encoding.UTF8.GetBytes("""[{"jsonrpc":"2.0","id":1,"method":"ping"}]"""))).ExpectError(400, -32600, null);
    }

    [Fact]
    public async Task What_is_no_message_is_refused_at_the_post()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        using EventStreamClient stream = await server.OpenStreamAsync();
        string address = await EndpointAsync(stream);
        (await server.PostToAsync(address, "{"u8.ToArray())).ExpectError(400, -32700, null);
        (await server.PostToAsync(address, """{"id":5}"""u8.ToArray())).ExpectError(400, -32600, "5");
        (await server.PostToAsync("/message?sessionId=0", """{"jsonrpc":"2.0","id":5,"method":"ping"}"""u8.ToArray())).ExpectError(404, -32600, "5");
        (await server.PostToAsync("/message", """{"jsonrpc":"2.0","id":5,"method":"ping"}"""u8.ToArray())).ExpectError(404, -32600, "5");
        using var get = new HttpRequestMessage(HttpMethod.Get, address);
        Assert.Equal("POST", (await server.SendAsync(get)).Allow);
        using var post = new HttpRequestMessage(HttpMethod.Post, "/sse");
        Assert.Equal("GET", (await server.SendAsync(post)).Allow);
    }

    [Fact]
    public async Task Closing_the_stream_cancels_its_calls_and_frees_its_address()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([McpStreamTests.Endless(started, cancelled)]);
        EventStreamClient stream = await server.OpenStreamAsync();
        string address = await EndpointAsync(stream);
        await PostAsync(server, address, Call(1));
        await started.Task.WaitAsync(Limit);
        stream.Dispose();
        await cancelled.Task.WaitAsync(Limit);
        for (int i = 0; (await server.PostToAsync(address, Encoding.UTF8.GetBytes(Call(2)))).Status != HttpStatusCode.NotFound; i++)
        {
            Assert.True(i < 100, "the address still lives");
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task A_notification_cancels_without_a_response()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([McpStreamTests.Endless(started, cancelled)]);
        using EventStreamClient stream = await server.OpenStreamAsync();
        string address = await EndpointAsync(stream);
        await PostAsync(server, address, Call(1));
        await started.Task.WaitAsync(Limit);
        await PostAsync(server, address, """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");
        await cancelled.Task.WaitAsync(Limit);
        await PostAsync(server, address, """{"jsonrpc":"2.0","id":9,"method":"ping"}""");
        Assert.Equal(9, (await stream.ReadMessageAsync()).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task A_fifth_call_is_busy_and_progress_goes_to_its_own_token()
    {
        var goOn = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync(
            [McpStreamTests.Waiting(goOn.Task)],
            timings: new StreamTimings { SignOfLife = TimeSpan.FromMilliseconds(30), KeepAlive = TimeSpan.FromMilliseconds(30) });
        using EventStreamClient stream = await server.OpenStreamAsync();
        string address = await EndpointAsync(stream);
        for (int id = 1; id <= 4; id++)
        {
            await PostAsync(server, address, Call(id, id == 3 ? ""","_meta":{"progressToken":"three"}""" : ""));
        }

        JsonElement progress = await stream.ReadMessageAsync();
        Assert.Equal("three", progress.GetProperty("params").GetProperty("progressToken").GetString());
        await PostAsync(server, address, Call(5));
        JsonElement busy;
        do
        {
            busy = await stream.ReadMessageAsync();
        }
        while (!busy.TryGetProperty("id", out _));

        Assert.Equal(5, busy.GetProperty("id").GetInt32());
        Assert.True(busy.GetProperty("result").GetProperty("isError").GetBoolean());
        goOn.SetResult();
        var answered = new HashSet<int>();
        while (answered.Count < 4)
        {
            JsonElement message = await stream.ReadMessageAsync();
            if (message.TryGetProperty("id", out JsonElement id))
            {
                answered.Add(id.GetInt32());
            }
        }

        Assert.Equal([1, 2, 3, 4], answered.Order());
    }

    [Fact]
    public async Task A_stream_belongs_to_its_caller_and_there_are_64_each()
    {
        string caller = "alice";
        await using McpTestServer server = await McpTestServer.StartAsync(middleware: context => context.Features.Set(new CallerIdentity(caller)));
        List<EventStreamClient> streams = [];
        for (int i = 0; i < 64; i++)
        {
            streams.Add(await server.OpenStreamAsync());
        }

        string address = await EndpointAsync(streams[0]);
        using var more = new HttpRequestMessage(HttpMethod.Get, "/sse");
        McpTestServer.Answer refused = await server.SendAsync(more);
        refused.ExpectError(503, -32603, null);
        Assert.Equal(TimeSpan.FromSeconds(5), refused.RetryAfter);
        caller = "bob";
        (await server.PostToAsync(address, """{"jsonrpc":"2.0","id":5,"method":"ping"}"""u8.ToArray())).ExpectError(404, -32600, "5");
        streams.Add(await server.OpenStreamAsync());
        streams.ForEach(stream => stream.Dispose());
    }

    private static async Task<string> EndpointAsync(EventStreamClient stream)
    {
        (string Name, string Data)? first = await stream.ReadEventAsync();
        Assert.Equal("endpoint", first!.Value.Name);
        Assert.Matches("^/message\\?sessionId=[0-9a-f]{32}$", first.Value.Data);
        return first.Value.Data;
    }

    private static async Task PostAsync(McpTestServer server, string address, string body) =>
        (await server.PostToAsync(address, Encoding.UTF8.GetBytes(body), ("Accept", "application/json, text/event-stream"))).ExpectAccepted();

    private static string Call(int id, string meta = "") =>
        $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"tools/call","params":{"name":"chat"{{{meta}}}}}""";
}
