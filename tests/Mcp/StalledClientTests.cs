using System.Net;
using System.Net.Sockets;
using System.Text;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

/// <summary>
/// Clients that open a stream and never read, on raw sockets with small buffers: their call is cancelled and their connection cut. The limit
/// of these tests is far below what the listener would allow by itself (240 bytes a second), so that it is ours that is seen.
/// </summary>
public sealed class StalledClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly StreamTimings Short = new() { Coalesce = TimeSpan.FromMilliseconds(1), Stall = TimeSpan.FromMilliseconds(500) };

    [Fact]
    public void The_limit_is_that_of_the_engines_readers() => Assert.Equal(TimeSpan.FromSeconds(10), StreamTimings.Default.Stall);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_whose_stream_nobody_reads_is_cancelled(bool modern)
    {
        var cancelled = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([Talking(cancelled)], timings: Short);
        string meta = modern ? McpTestServer.Meta()[..^1] + ""","progressToken":1}""" : "\"_meta\":{\"progressToken\":1}";
        using Socket client = await SendAsync(
            server,
            $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat",{{{meta}}}}}""",
            modern ? $"MCP-Protocol-Version: {McpTestServer.Modern}\r\nMcp-Method: tools/call\r\nMcp-Name: chat\r\n" : "");
        await cancelled.Task.WaitAsync(Limit);
        await ExpectCutAsync(client);
    }

    [Theory]
    [InlineData("/sse")]
    [InlineData("/mcp")]
    public async Task A_stream_that_nobody_reads_is_closed_and_its_calls_are_cancelled(string path)
    {
        var cancelled = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([Talking(cancelled)], timings: Short);
        using Socket client = Connect(server);
        await client.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"));
        string address = await ReadAddressAsync(client);
        const string Call = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","_meta":{"progressToken":1}}}""";
        (await server.PostToAsync(address, Encoding.UTF8.GetBytes(Call))).ExpectAccepted();
        await cancelled.Task.WaitAsync(Limit);
        await ExpectCutAsync(client);
        for (int i = 0; (await server.PostToAsync(address, """{"jsonrpc":"2.0","id":2,"method":"ping"}"""u8.ToArray())).Status != HttpStatusCode.NotFound; i++)
        {
            Assert.True(i < 100, "the address still lives");
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task A_slow_reader_is_served_to_the_end()
    {
        string text = new('x', 400_000);
        await using McpTestServer server = await McpTestServer.StartAsync([FakeTool.Working("chat", (_, _, _) => new(FakeTool.Text(text)))], timings: Short);
        using Socket client = await SendAsync(server, """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat"}}""", "");
        byte[] buffer = new byte[16 * 1024];
        int total = 0;
        bool isWhole = false;
        using var limit = new CancellationTokenSource(Limit);
        while (!isWhole)
        {
            // A part of 64 KiB takes such a reader less than the limit.
            await Task.Delay(25, limit.Token);
            int read = await client.ReceiveAsync(buffer, limit.Token);
            total += read;
            isWhole = Encoding.ASCII.GetString(buffer, 0, read).EndsWith("0\r\n\r\n", StringComparison.Ordinal);
            Assert.NotEqual(0, read);
        }

        Assert.True(total > text.Length);
    }

    // Tells as much as it can until it is cancelled.
    private static FakeTool Talking(TaskCompletionSource cancelled) => FakeTool.Working("chat", async (_, progress, cancellationToken) =>
    {
        byte[] text = Encoding.ASCII.GetBytes(new string('x', 20_000));
        try
        {
            for (int i = 1; ; i++)
            {
                progress.SendDelta(i, text);
                await Task.Delay(1, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            cancelled.TrySetResult();
            throw;
        }
    });

    private static Socket Connect(McpTestServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        socket.Connect(IPAddress.Loopback, server.Endpoint.Port);
        return socket;
    }

    private static async Task<Socket> SendAsync(McpTestServer server, string body, string headers)
    {
        Socket socket = Connect(server);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}"));
        return socket;
    }

    private static async Task<string> ReadAddressAsync(Socket client)
    {
        byte[] buffer = new byte[1024];
        string text = "";
        while (!text.Contains("sessionId=", StringComparison.Ordinal) || !text.EndsWith('\n'))
        {
            int read = await client.ReceiveAsync(buffer).WaitAsync(Limit);
            Assert.NotEqual(0, read);
            text += Encoding.ASCII.GetString(buffer, 0, read);
        }

        int start = text.IndexOf("/message?", StringComparison.Ordinal);
        return text[start..text.IndexOf('\n', start)].Trim();
    }

    // What was on its way may still be read; then the connection ends without the end of the body.
    private static async Task ExpectCutAsync(Socket client)
    {
        byte[] buffer = new byte[65536];
        string tail = "";
        try
        {
            while (await client.ReceiveAsync(buffer).WaitAsync(Limit) is > 0 and var read)
            {
                tail = Encoding.ASCII.GetString(buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            return;
        }

        Assert.False(tail.EndsWith("0\r\n\r\n", StringComparison.Ordinal), "the body has its end");
    }
}
