using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using MistralServe.Hosting;
using MistralServe.Hosting.Access;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;
using MistralServe.Tests.Hosting;

namespace MistralServe.Tests.Mcp;

/// <summary>Access log, request ids and metrics of the MCP port.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Requests_are_counted_by_method_tool_era_and_outcome()
    {
        var lines = new Lines();
        await using McpTestServer server = await McpTestServer.StartAsync(
            [
                FakeTool.Echo("chat"),
                new FakeTool("refuses", _ => ToolStart.Refused("'secret value' is wrong")),
                FakeTool.Working("stopped", (_, _, _) => throw new OperationCanceledException()),
            ],
            loggers: lines);
        await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize"}""");
        await server.PostAsync(Call("chat"));
        await server.PostModernAsync("tools/call", "\"name\":\"chat\"", "chat");
        await server.PostAsync(Call("refuses"));
        await server.PostAsync(Call("stopped"));
        await server.PostAsync(Call("secret \\\" tool"));
        await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"secret/method"}""");
        await server.PostAsync("""[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]""");

        string page = await MetricsAsync(server);
        foreach (string expected in (string[])
            [
                "mistralserve_mcp_requests_total{method=\"initialize\",tool=\"-\",era=\"legacy\",outcome=\"ok\"} 1",
                "mistralserve_mcp_requests_total{method=\"tools/call\",tool=\"chat\",era=\"legacy\",outcome=\"ok\"} 1",
                "mistralserve_mcp_requests_total{method=\"tools/call\",tool=\"chat\",era=\"modern\",outcome=\"ok\"} 1",
                "mistralserve_mcp_requests_total{method=\"tools/call\",tool=\"refuses\",era=\"legacy\",outcome=\"tool_error\"} 1",
                "mistralserve_mcp_requests_total{method=\"tools/call\",tool=\"stopped\",era=\"legacy\",outcome=\"error\"} 1",
                "mistralserve_mcp_requests_total{method=\"tools/call\",tool=\"other\",era=\"legacy\",outcome=\"error\"} 1",
                "mistralserve_mcp_requests_total{method=\"other\",tool=\"-\",era=\"legacy\",outcome=\"error\"} 1",
                "mistralserve_mcp_requests_total{method=\"ping\",tool=\"-\",era=\"legacy\",outcome=\"ok\"} 2",
                "mistralserve_mcp_request_duration_seconds_count{method=\"tools/call\",tool=\"chat\"} 2",
                "mistralserve_mcp_http_requests_total{route=\"/mcp\",status=\"200\"} 8",
                "mistralserve_mcp_sessions 1",
            ])
        {
            Assert.Contains(expected + "\n", page, StringComparison.Ordinal);
        }

        Assert.Contains(lines.Texts, line => line.StartsWith("tools/call chat ok modern 0.", StringComparison.Ordinal));
        Assert.Equal(9, lines.Texts.Count(line => line.Contains(" tokens, req_", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines.Texts, line => line.Contains("secret", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_counted_of_answers_and_of_data()
    {
        await using McpTestServer server = await McpTestServer.StartAsync(
            [
                FakeTool.Working("chat", (_, _, _) => new(ToolOutcome.Of(new CallToolResult
                {
                    Content = [ContentBlock.OfText("x")],
                    IsError = false,
                    Meta = new() { Usage = MistralServe.OpenAi.Answers.CompletionUsage.From(new(7, 0, 5)) },
                }))),
                FakeTool.Working("embed", (_, _, _) => new(ToolOutcome.Of(new CallToolResult
                {
                    Content = [ContentBlock.OfText("x")],
                    IsError = false,
                    StructuredContent = System.Text.Json.JsonDocument.Parse("""{"usage":{"prompt_tokens":11}}""").RootElement,
                }))),
            ]);
        await server.PostAsync(Call("chat"));
        await server.PostAsync(Call("chat"));
        await server.PostAsync(Call("embed"));
        string page = await MetricsAsync(server);
        Assert.Contains("mistralserve_mcp_prompt_tokens_total{tool=\"chat\"} 14\n", page, StringComparison.Ordinal);
        Assert.Contains("mistralserve_mcp_generation_tokens_total{tool=\"chat\"} 10\n", page, StringComparison.Ordinal);
        Assert.Contains("mistralserve_mcp_prompt_tokens_total{tool=\"embed\"} 11\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_calls_refusals_and_streams_are_written_down()
    {
        var lines = new Lines();
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([McpStreamTests.Endless(started, cancelled)], loggers: lines);
        using (var client = new CancellationTokenSource())
        {
            EventStreamClient stream = await server.StreamAsync(Call("chat"), client.Token);
            await started.Task.WaitAsync(TimeSpan.FromSeconds(10));
            stream.Dispose();
            await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        (await server.PostAsync("{")).ExpectError(400, -32700, null);
        (await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", ("Mcp-Session-Id", "0"))).ExpectError(404, -32600, "1");
        using (EventStreamClient stream = await server.OpenStreamAsync())
        {
            Assert.Contains("mistralserve_mcp_streams 1\n", await MetricsAsync(server), StringComparison.Ordinal);
        }

        await WaitAsync(async () => (await MetricsAsync(server)).Contains("mistralserve_mcp_streams 0\n", StringComparison.Ordinal));
        await WaitAsync(() => Task.FromResult(lines.Texts.Any(line => line.StartsWith("GET /sse 200 ", StringComparison.Ordinal))));
        await WaitAsync(() => Task.FromResult(lines.Texts.Any(line => line.StartsWith("tools/call chat cancelled legacy ", StringComparison.Ordinal))));
        Assert.Contains(lines.Texts, line => line.StartsWith("POST /mcp 400 ", StringComparison.Ordinal));
        Assert.Contains(lines.Texts, line => line.StartsWith("POST /mcp 404 ", StringComparison.Ordinal));
        string page = await MetricsAsync(server);
        Assert.Contains("mistralserve_mcp_http_requests_total{route=\"/mcp\",status=\"400\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("outcome=\"cancelled\"} 1\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_label_comes_from_a_client()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        int before = (await MetricsAsync(server)).Split('\n').Length;
        for (int i = 0; i < 40; i++)
        {
            await server.PostAsync($$"""{"jsonrpc":"2.0","id":1,"method":"m{{i}}"}""");
            await server.PostAsync(Call($"t{i}"));
            using var request = new HttpRequestMessage(new HttpMethod($"M{i}"), $"/path{i}");
            await server.SendAsync(request);
        }

        // Other method, other tool, other route with 404, /mcp with 200, and /metrics itself.
        Assert.InRange((await MetricsAsync(server)).Split('\n').Length - before, 4, 6);
    }

    [Fact]
    public async Task Every_answer_has_a_request_id_and_the_callers_own_is_kept()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        foreach (string path in (string[])["/mcp", "/nowhere"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("X-Request-Id", "mine-1");
            using HttpResponseMessage response = await server.Client.SendAsync(request);
            Assert.Equal("mine-1", response.Headers.GetValues("x-request-id").Single());
        }

        using HttpResponseMessage other = await server.Client.GetAsync(server.Endpoint);
        Assert.Matches("^req_[0-9a-f]{32}$", other.Headers.GetValues("x-request-id").Single());
    }

    [Fact]
    public async Task The_metrics_need_a_key_where_there_are_keys()
    {
        var settings = new ServeSettings { McpPort = 0, ApiKey = "right" };
        await using RunningPort port = await RunningPort.StartAsync(McpPort.Define(settings, ApiKeyStore.Load(settings).Store!, new ScriptedModel()));
        (int status, Dictionary<string, string> headers, _) = await port.SendAsync("GET", "/metrics", "Host: localhost");
        Assert.Equal(401, status);
        Assert.True(headers.ContainsKey("x-request-id"));
        (status, headers, string body) = await port.SendAsync("GET", "/metrics", "Host: localhost", "Authorization: Bearer right");
        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (status, headers["content-type"]));
        Assert.Contains("mistralserve_mcp_http_requests_total{route=\"/metrics\",status=\"401\"} 1\n", body, StringComparison.Ordinal);
        (status, _, _) = await port.SendAsync("GET", "/metrics", "Host: evil.example", "Authorization: Bearer right");
        Assert.Equal(403, status);
    }

    private static async Task<string> MetricsAsync(McpTestServer server) => await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));

    private static async Task WaitAsync(Func<Task<bool>> isDone)
    {
        for (int i = 0; !await isDone(); i++)
        {
            Assert.True(i < 250, "it did not come within 5 s");
            await Task.Delay(20);
        }
    }

    private static string Call(string tool) =>
        string.Create(CultureInfo.InvariantCulture, $$$"""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"{{{tool}}}"}}""");

    /// <summary>Keeps what is logged.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _texts = new();

        public IReadOnlyCollection<string> Texts => _texts;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _texts.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
