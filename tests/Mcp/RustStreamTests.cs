using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MistralServe.Mcp.Calls;

namespace MistralServe.Tests.Mcp;

/// <summary>
/// The HTTP+SSE client of the Rust SDK, replayed: it parses each chunk of the body by itself. A name of an event that ends a chunk is forgotten,
/// and the text of a comment goes to its JSON parser.
/// </summary>
public sealed class RustStreamTests
{
    private const string ClientVersion = "2025-03-26";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("/mcp")]
    [InlineData("/sse")]
    public async Task The_first_read_holds_the_whole_endpoint_event(string path)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        using var stream = await ChunkReader.OpenAsync(server, path);
        Assert.Matches("^event: endpoint\ndata: /message\\?sessionId=[0-9a-f]{32}\n\n$", await stream.ReadAsync());
    }

    [Fact]
    public async Task The_parser_of_the_Rust_client_understands_every_line()
    {
        string[] parts = ["one ", "two\u2028", "three\n", "vier 😀"];
        await using McpTestServer server = await McpTestServer.StartAsync(
            [FakeTool.Working("chat", async (_, progress, cancellationToken) =>
            {
                for (int i = 0; i < parts.Length; i++)
                {
                    await Task.Delay(80, cancellationToken);
                    progress.SendDelta(i + 1, Encoding.UTF8.GetBytes(parts[i]));
                }

                await Task.Delay(80, cancellationToken);
                return FakeTool.Text(string.Concat(parts));
            })],
            timings: new StreamTimings { Coalesce = TimeSpan.FromMilliseconds(1), KeepAlive = TimeSpan.FromMilliseconds(30) });
        using var stream = await ChunkReader.OpenAsync(server, "/mcp");
        string first = await stream.ReadAsync();
        string address = first[(first.IndexOf("data: ", StringComparison.Ordinal) + 6)..].Trim();

        await PostAsync(server, address, $$$$"""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"{{{{ClientVersion}}}}","capabilities":{},"clientInfo":{"name":"r","version":"1"}}}""");
        JsonElement initialized = (await UntilAsync(stream, 0))[^1];

        // It refuses a server that speaks a newer revision than itself.
        Assert.True(string.CompareOrdinal(initialized.GetProperty("result").GetProperty("protocolVersion").GetString(), ClientVersion) <= 0);
        await PostAsync(server, address, """{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        await PostAsync(server, address, """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":{},"_meta":{"progressToken":1}}}""");
        List<JsonElement> messages = await UntilAsync(stream, 1);
        Assert.Equal(string.Concat(parts), messages[^1].GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Contains(messages, message => message.TryGetProperty("method", out JsonElement method) && method.GetString() == "notifications/progress");
        Assert.True(stream.Comments > 0, "no sign of life was seen");
    }

    private static async Task<List<JsonElement>> UntilAsync(ChunkReader stream, int id)
    {
        List<JsonElement> messages = [];
        while (!messages.Any(message => message.TryGetProperty("id", out JsonElement found) && found.GetInt32() == id))
        {
            messages.AddRange(stream.Parse(await stream.ReadAsync()));
        }

        return messages;
    }

    private static async Task PostAsync(McpTestServer server, string address, string body) =>
        (await server.PostToAsync(address, Encoding.UTF8.GetBytes(body), ("Accept", "application/json, text/event-stream"))).ExpectAccepted();

    /// <summary>Reads a body chunk by chunk, as it was written.</summary>
    private sealed class ChunkReader(Socket socket) : IDisposable
    {
        private readonly List<byte> _pending = [];

        public int Comments { get; private set; }

        public static async Task<ChunkReader> OpenAsync(McpTestServer server, string path)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, server.Endpoint.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"));
            var reader = new ChunkReader(socket);
            string line;
            do
            {
                line = await reader.ReadLineAsync();
                if (line.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase))
                {
                    // Compared with the whole text.
                    Assert.Equal("Content-Type: text/event-stream", line);
                }
            }
            while (line.Length > 0);
            return reader;
        }

        /// <summary>The next chunk.</summary>
        public async Task<string> ReadAsync()
        {
            int size = int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Assert.NotEqual(0, size);
            byte[] chunk = await TakeAsync(size);
            Assert.Equal("", await ReadLineAsync());
            return Encoding.UTF8.GetString(chunk);
        }

        /// <summary>Its parser: nothing is remembered from the chunk before.</summary>
        public List<JsonElement> Parse(string chunk)
        {
            List<JsonElement> messages = [];
            string? name = null;
            foreach (string line in chunk.Split('\n'))
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    name = line["event: ".Length..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    Assert.Equal("message", name);
                    messages.Add(JsonDocument.Parse(line["data: ".Length..]).RootElement);
                }
                else
                {
                    Assert.True(line is "" or ":", $"a line that it takes for JSON: {line}");
                    Comments += line.Length;
                }
            }

            return messages;
        }

        public void Dispose() => socket.Dispose();

        private async Task<string> ReadLineAsync()
        {
            int end;
            while ((end = _pending.IndexOf((byte)'\n')) < 0)
            {
                await FillAsync();
            }

            return Encoding.ASCII.GetString(await TakeAsync(end + 1)).TrimEnd('\r', '\n');
        }

        private async Task<byte[]> TakeAsync(int count)
        {
            while (_pending.Count < count)
            {
                await FillAsync();
            }

            byte[] taken = [.. _pending[..count]];
            _pending.RemoveRange(0, count);
            return taken;
        }

        private async Task FillAsync()
        {
            byte[] buffer = new byte[4096];
            int read = await socket.ReceiveAsync(buffer).WaitAsync(Limit);
            Assert.NotEqual(0, read);
            _pending.AddRange(buffer.AsSpan(0, read));
        }
    }
}
