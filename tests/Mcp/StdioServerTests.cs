using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Mcp;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Stdio;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

/// <summary>MCP over a pair of streams: one message a line, both eras, cancellation, the end of the input.</summary>
public sealed class StdioServerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Both_eras_are_served_line_by_line()
    {
        await using var peer = new Peer(FixtureTools.Create());
        await peer.SendAsync("""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}""");
        Assert.Equal("2025-06-18", (await peer.ReadAsync()).GetProperty("result").GetProperty("protocolVersion").GetString());
        await peer.SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        await peer.SendAsync("""{"jsonrpc":"2.0","id":"a","method":"ping"}""");
        Assert.Equal("\"a\"", (await peer.ReadAsync()).GetProperty("id").GetRawText());
        await peer.SendAsync($$$"""{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{{{{McpTestServer.Meta()}}}}}""");
        JsonElement discovered = (await peer.ReadAsync()).GetProperty("result");
        Assert.Equal("complete", discovered.GetProperty("resultType").GetString());
        await peer.SendAsync($$$"""{"jsonrpc":"2.0","id":2,"method":"server/discover","params":{{{{McpTestServer.Meta("2099-01-01")}}}}}""");
        Assert.Equal(-32022, (await peer.ReadAsync()).GetProperty("error").GetProperty("code").GetInt32());
        await peer.SendAsync("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"test_tool_with_progress","_meta":{"progressToken":0}}}""");
        for (int done = 0; done <= 100; done += 50)
        {
            Assert.Equal(done, (await peer.ReadAsync()).GetProperty("params").GetProperty("progress").GetInt32());
        }

        Assert.Equal(3, (await peer.ReadAsync()).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task Bad_lines_are_answered_and_the_next_is_served()
    {
        await using var peer = new Peer([FakeTool.Echo("chat")], maxLineBytes: 200);
        await peer.SendAsync("{");
        Assert.Equal(-32700, (await peer.ReadAsync()).GetProperty("error").GetProperty("code").GetInt32());
        await peer.SendAsync("""{"id":7}""");
        JsonElement invalid = await peer.ReadAsync();
        Assert.Equal((-32600, 7), (invalid.GetProperty("error").GetProperty("code").GetInt32(), invalid.GetProperty("id").GetInt32()));
        await peer.SendAsync("\r");
        await peer.SendAsync(new string(' ', 70_000) + "{");
        Assert.Equal(-32600, (await peer.ReadAsync()).GetProperty("error").GetProperty("code").GetInt32());
        await peer.SendAsync("""[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]""");
        Assert.Equal(1, (await peer.ReadAsync()).GetProperty("id").GetInt32());
        Assert.Equal(2, (await peer.ReadAsync()).GetProperty("id").GetInt32());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_notification_cancels_in_both_eras(bool modern)
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var peer = new Peer([McpStreamTests.Endless(started, cancelled)]);
        string meta = modern ? $",{McpTestServer.Meta()}" : "";
        await peer.SendAsync($$$"""{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"chat"{{{meta}}}}}""");
        await started.Task.WaitAsync(Limit);
        await peer.SendAsync($$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4{{{meta}}}}}""");
        await cancelled.Task.WaitAsync(Limit);
        await peer.SendAsync("""{"jsonrpc":"2.0","id":5,"method":"ping"}""");
        Assert.Equal(5, (await peer.ReadAsync()).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task The_end_of_the_input_cancels_all_and_ends()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var peer = new Peer([McpStreamTests.Endless(started, cancelled)]);
        await peer.SendAsync("""{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"chat"}}""");
        await started.Task.WaitAsync(Limit);
        await peer.CloseAsync();
        await cancelled.Task.WaitAsync(Limit);
        await peer.Ended.WaitAsync(Limit);
    }

    /// <summary>The other end of the streams.</summary>
    private sealed class Peer : IAsyncDisposable
    {
        private readonly Pipe _input = new();
        private readonly Pipe _output = new();
        private readonly MessageRecorder.Requests _requests = new();
        private readonly StreamReader _lines;
        private string? _version;

        public Peer(IReadOnlyList<IMcpTool> tools, long maxLineBytes = 1 << 20)
        {
            McpDispatcher dispatcher = McpEndpoints.CreateDispatcher(new McpToolRegistry(tools), McpTestServer.Model, NullLoggerFactory.Instance);
            Ended = new StdioServer(dispatcher, StreamTimings.Default, maxLineBytes)
                .RunAsync(_input.Reader.AsStream(), _output.Writer.AsStream(), CancellationToken.None);
            _lines = new StreamReader(_output.Reader.AsStream(), Encoding.UTF8);
        }

        public Task Ended { get; }

        public async Task SendAsync(string line)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
            _requests.Read(bytes);
            await _input.Writer.WriteAsync(bytes);
        }

        public async Task<JsonElement> ReadAsync()
        {
            string line = (await _lines.ReadLineAsync().WaitAsync(Limit))!;
            JsonElement message = JsonDocument.Parse(line).RootElement;
            if (message.TryGetProperty("result", out JsonElement result) && result.TryGetProperty("protocolVersion", out JsonElement version))
            {
                _version = version.GetString();
            }

            MessageRecorder.AddAnswer(line, _requests, _version);
            return message;
        }

        public async Task CloseAsync() => await _input.Writer.CompleteAsync();

        public async ValueTask DisposeAsync()
        {
            await CloseAsync();
            await Ended.WaitAsync(Limit);
            _lines.Dispose();
        }
    }
}
