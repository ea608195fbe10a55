using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace MistralServe.Tests.EndToEnd;

/// <summary>The MCP port of the published binary against clients that vanish, do not read, flood or lie.</summary>
[Collection("native")]
public sealed class McpStressTests
{
    private const string Endless =
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"complete","arguments":{"prompt":"a","maxTokens":3000,"ignore_eos":true}%META%}}""";

    [Theory]
    [InlineData("application/json", "")]
    [InlineData("application/json, text/event-stream", "")]
    [InlineData("application/json, text/event-stream", ",\"_meta\":{\"progressToken\":1}")]
    public async Task A_client_that_is_killed_frees_its_sequence_within_a_second(string accept, string meta)
    {
        await using PublishedServer server = await PublishedServer.StartAsync(
            RepositoryFiles.Shared("models/SmolLM2-135M-Instruct-Q4_1.gguf"), arguments: ["--parallel", "1"]);
        string call = Endless.Replace("%META%", meta, StringComparison.Ordinal);
        await CallAsync(server, 1);

        // The best of three: a busy machine may delay any single one.
        var times = new List<double>();
        for (int round = 0; round < 3; round++)
        {
            using (Socket client = await OpenAsync(server, "POST /mcp", call, $"Accept: {accept}\r\n"))
            {
                await UntilBusyAsync(server);
                client.LingerState = new LingerOption(true, 0);
            }

            var clock = Stopwatch.StartNew();
            await CallAsync(server, 1);
            times.Add(clock.Elapsed.TotalSeconds);
        }

        Assert.InRange(times.Min(), 0, 1);
    }

    [Fact]
    public async Task A_stream_that_is_flooded_and_never_read_is_cut_after_ten_seconds()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        using Socket client = await OpenAsync(server, "GET /sse", "", "Accept: text/event-stream\r\n");
        string address = await ReadAddressAsync(client);
        long before = MemoryOf(server);
        const string List = """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""";

        // Sixteen megabytes of answers: more than both ends of the connection buffer.
        async Task FloodAsync()
        {
            for (int i = 0; i < 500; i++)
            {
                await PostAsync(server, address, List);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => FloodAsync()));
        var clock = Stopwatch.StartNew();
        while (await PostAsync(server, address, List) != HttpStatusCode.NotFound)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "the stream still lives");
            await Task.Delay(250);
        }

        Assert.InRange(MemoryOf(server) - before, long.MinValue, 100_000_000);
        await CallAsync(server, 1);
    }

    [Fact]
    public async Task Sessions_are_bounded_and_a_thousand_streams_leave_room_for_requests()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        const string Initialize = """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}""";
        string first = await InitializeAsync();
        await PingAsync(first, HttpStatusCode.OK);
        string unused = await InitializeAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (int i = 0; i < 2_100; i++)
            {
                await InitializeAsync();
            }
        }));

        // 16,384 are remembered; the ones that were never used go first.
        await PingAsync(first, HttpStatusCode.OK);
        await PingAsync(unused, HttpStatusCode.NotFound);
        Assert.Contains("mistralserve_mcp_sessions 16384\n", await server.Mcp.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);

        List<Socket> streams = [];
        for (int i = 0; i < 70; i++)
        {
            streams.Add(await OpenAsync(server, "GET /sse", "", "Accept: text/event-stream\r\n"));
        }

        await PingAsync(first, HttpStatusCode.OK);
        byte[] answer = new byte[64];
        int read = await streams[^1].ReceiveAsync(answer).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.StartsWith("HTTP/1.1 503", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
        streams.ForEach(stream => stream.Dispose());

        async Task<string> InitializeAsync()
        {
            using HttpResponseMessage response = await server.PostMcpAsync(Initialize);
            return response.Headers.GetValues("Mcp-Session-Id").Single();
        }

        async Task PingAsync(string session, HttpStatusCode status)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
            request.Content = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", Encoding.UTF8, "application/json");
            request.Headers.Add("Mcp-Session-Id", session);
            using HttpResponseMessage response = await server.Mcp.SendAsync(request);
            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_and_hostile_arguments_are_errors_of_the_tool()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        using (Socket client = await OpenAsync(server, "POST /mcp", "", "Content-Length: 40000000\r\nExpect: 100-continue\r\n"))
        {
            byte[] answer = new byte[64];
            int read = await client.ReceiveAsync(answer).WaitAsync(TimeSpan.FromSeconds(10));
            Assert.StartsWith("HTTP/1.1 413", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
        }

        const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
        foreach ((string tool, string arguments, string named) in ((string, string, string)[])
            [
                ("chat", "{}", "messages"),
                ("chat", """{"messages":[{"role":"wizard","content":"Hi"}]}""", "messages[0].role"),
                ("chat", "{" + Messages + ""","maxTokens":5,"max_completion_tokens":6}""", "maxTokens"),
                ("chat", "{" + Messages + ""","temperature":1e999}""", "temperature"),
                ("chat", "{" + Messages + ""","n":1000000000}""", "n"),
                ("chat", "{" + Messages + ""","response_format":{"type":"xml"}}""", "response_format.type"),
                ("chat", "{" + Messages + ""","responseFormat":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"bogus"}}}}""", "type"),
                ("chat", """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://127.0.0.1/x"}}]}]}""", "messages[0].content[0]"),
                ("chat", """{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"","format":"wav"}}]}]}""", "messages[0].content[0]"),
                ("complete", """{"prompt":[99999999]}""", "prompt"),
                ("complete", """{"prompt":"a","grammar":"root ::= missing"}""", "missing"),
                ("tokenize", """{"content":5}""", "content"),
                ("count_tokens", "{}", "content"),
            ])
        {
            using HttpResponseMessage response = await server.PostMcpAsync(
                $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}}}}""");
            using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            JsonElement result = answer.RootElement.GetProperty("result");
            Assert.True(result.GetProperty("isError").GetBoolean(), arguments);
            Assert.Contains(named, result.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        }

        await CallAsync(server, 1);
    }

    [Fact]
    public async Task Both_ports_must_differ_and_REST_goes_on_beside_a_busy_MCP_port()
    {
        int port = PublishedServer.FindFreePort();
        (int code, _, string error) = await PublishedServer.RunAsync(null, "serve", "-p", $"{port}", "--mcp-port", $"{port}");
        Assert.NotEqual(0, code);
        Assert.Contains("--mcp-port", error, StringComparison.Ordinal);

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int taken = ((IPEndPoint)listener.LocalEndpoint).Port;
        (code, _, error) = await PublishedServer.RunAsync(null, "serve", "-p", $"{port}", "--mcp-port", $"{taken}");
        Assert.Equal(1, code);
        Assert.Contains($"{taken}", error, StringComparison.Ordinal);

        await using PublishedServer server = await PublishedServer.StartAsync(arguments: ["--mcp-tools", "model_info,chat"]);
        using HttpResponseMessage models = await server.Rest.GetAsync(new Uri("/v1/models", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, models.StatusCode);
        using HttpResponseMessage foreign = await server.Rest.PostAsync(new Uri("/mcp", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using HttpResponseMessage list = await server.PostMcpAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
        using JsonDocument tools = JsonDocument.Parse(await list.Content.ReadAsStringAsync());
        Assert.Equal(["chat", "model_info"], tools.RootElement.GetProperty("result").GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_session_is_of_use_to_its_own_key_only()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "key-of-alice alice\nkey-of-bob bob\n");
            await using PublishedServer server = await PublishedServer.StartAsync(arguments: ["--api-key-file", file]);
            using HttpResponseMessage initialized = await SendAsync(HttpMethod.Post, "alice", null, """{"jsonrpc":"2.0","id":0,"method":"initialize"}""");
            string session = initialized.Headers.GetValues("Mcp-Session-Id").Single();
            const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";
            foreach ((HttpMethod method, string? key, HttpStatusCode status) in ((HttpMethod, string?, HttpStatusCode)[])
                [
                    (HttpMethod.Post, "alice", HttpStatusCode.OK),
                    (HttpMethod.Post, "bob", HttpStatusCode.NotFound),
                    (HttpMethod.Post, null, HttpStatusCode.Unauthorized),
                    (HttpMethod.Delete, "bob", HttpStatusCode.NotFound),
                    (HttpMethod.Delete, null, HttpStatusCode.Unauthorized),
                    (HttpMethod.Post, "alice", HttpStatusCode.OK),
                    (HttpMethod.Delete, "alice", HttpStatusCode.NoContent),
                ])
            {
                using HttpResponseMessage response = await SendAsync(method, key, session, method == HttpMethod.Post ? Ping : null);
                Assert.Equal((method, key, status), (method, key, response.StatusCode));
            }

            Assert.Contains(" alice", server.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("key-of", server.Log, StringComparison.Ordinal);

            async Task<HttpResponseMessage> SendAsync(HttpMethod method, string? key, string? id, string? body)
            {
                using var request = new HttpRequestMessage(method, "/mcp");
                request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
                request.Headers.Authorization = key is null ? null : new("Bearer", $"key-of-{key}");
                if (id is not null)
                {
                    request.Headers.Add("Mcp-Session-Id", id);
                }

                return await server.Mcp.SendAsync(request);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task CallAsync(PublishedServer server, int tokens)
    {
        using HttpResponseMessage response = await server.PostMcpAsync(
            $$$$"""{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"complete","arguments":{"prompt":"a","maxTokens":{{{{tokens}}}}}}}""");
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.False(answer.RootElement.GetProperty("result").GetProperty("isError").GetBoolean());
    }

    // The engine is at work when the process takes time of the processor: nothing of the answer need have been seen.
    private static async Task UntilBusyAsync(PublishedServer server)
    {
        using Process process = Process.GetProcessById(server.ProcessId);
        TimeSpan start = process.TotalProcessorTime;
        for (int i = 0; i < 500; i++)
        {
            await Task.Delay(10);
            process.Refresh();
            if (process.TotalProcessorTime - start > TimeSpan.FromMilliseconds(80))
            {
                return;
            }
        }

        Assert.Fail("the call has not begun");
    }

    private static long MemoryOf(PublishedServer server)
    {
        using Process process = Process.GetProcessById(server.ProcessId);
        return process.WorkingSet64;
    }

    private static async Task<HttpStatusCode> PostAsync(PublishedServer server, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await server.Mcp.PostAsync(new Uri(path, UriKind.Relative), content);
        return response.StatusCode;
    }

    private static async Task<Socket> OpenAsync(PublishedServer server, string start, string body, string headers)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, server.McpPort);
        string length = body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "";
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{start} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}{length}\r\n{body}"));
        return socket;
    }

    private static async Task<string> ReadAddressAsync(Socket client)
    {
        byte[] buffer = new byte[1024];
        string text = "";
        while (!text.Contains("sessionId=", StringComparison.Ordinal) || !text.EndsWith('\n'))
        {
            int read = await client.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(10));
            Assert.NotEqual(0, read);
            text += Encoding.ASCII.GetString(buffer, 0, read);
        }

        int start = text.IndexOf("/message?", StringComparison.Ordinal);
        return text[start..text.IndexOf('\n', start)].Trim();
    }
}
