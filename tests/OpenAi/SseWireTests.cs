using System.Net.Sockets;
using System.Text;

namespace MistralServe.Tests.OpenAi;

/// <summary>Streams on the wire, below any HTTP client: how events are cut, what a slow reader gets, what a reader that leaves frees.</summary>
[Collection("native")]
public sealed class SseWireTests
{
    private static readonly (string Path, string Body)[] Streams =
    [
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"temperature":0,"stream":true}"""),
        ("/v1/completions", """{"prompt":"a","ignore_eos":true,"temperature":0,"max_tokens":5,"stream":true}"""),
        ("/v1/responses", """{"input":"hi","temperature":0,"stream":true}"""),
        ("/v1/messages", """{"messages":[{"role":"user","content":"hi"}],"max_tokens":20,"temperature":0,"stream":true}"""),
    ];

    [Fact]
    public async Task Every_chunk_of_the_body_holds_whole_events()
    {
        await using RestServer server = await ApiServer.StartAsync();
        foreach ((string path, string body) in Streams)
        {
            using TcpClient client = await SendAsync(server, path, body);
            List<string> chunks = await ReadChunksAsync(client.GetStream());
            Assert.NotEmpty(chunks);
            Assert.All(chunks, chunk => Assert.EndsWith("\n\n", chunk, StringComparison.Ordinal));
            Assert.All(
                string.Concat(chunks).Split("\n\n", StringSplitOptions.RemoveEmptyEntries),
                item => Assert.Matches("^(event: [a-z_.]+\n)?data: [^\n]+$", item));
        }
    }

    [Fact]
    public async Task A_reader_of_single_bytes_with_pauses_gets_the_same_stream()
    {
        await using RestServer server = await ApiServer.StartAsync();
        foreach ((string path, string body) in Streams)
        {
            using TcpClient client = await SendAsync(server, path, body);
            client.ReceiveBufferSize = 1024;
            NetworkStream stream = client.GetStream();
            byte[] one = new byte[1];
            var text = new List<byte>();
            while (await stream.ReadAsync(one) > 0)
            {
                text.Add(one[0]);
                if (text.Count % 500 == 0)
                {
                    await Task.Delay(5);
                }
            }

            // The end is there, whatever the pace; [DONE] or the last named event.
            string whole = Encoding.UTF8.GetString([.. text]);
            Assert.Matches("(data: \\[DONE\\]|\"type\":\"(response.completed|message_stop)\")", whole);
            Assert.EndsWith("0\r\n\r\n", whole, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_client_that_leaves_at_any_event_frees_its_sequence()
    {
        await using RestServer server = await ApiServer.StartAsync(isEndless: true);
        foreach ((string path, string body) in Streams)
        {
            string endless = body.Replace("\"max_tokens\":5", "\"max_tokens\":4000", StringComparison.Ordinal).Replace("\"max_tokens\":20", "\"max_tokens\":4000", StringComparison.Ordinal);
            for (int events = 0; events < 8; events++)
            {
                using (TcpClient client = await SendAsync(server, path, endless))
                {
                    using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
                    for (int seen = 0; seen < events;)
                    {
                        seen += (await reader.ReadLineAsync())!.StartsWith("data: ", StringComparison.Ordinal) ? 1 : 0;
                    }

                    client.LingerState = new LingerOption(true, 0); // a reset, as from a process that was killed
                }

                for (int i = 0; server.ActiveCount > 0; i++)
                {
                    Assert.True(i < 1000, $"{path}: the sequence is still busy after a client left at event {events}");
                    await Task.Delay(5);
                }
            }
        }
    }

    private static async Task<TcpClient> SendAsync(RestServer server, string path, string body)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port);
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        string head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n";
        await client.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. bytes]);
        return client;
    }

    private static async Task<List<string>> ReadChunksAsync(NetworkStream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        ReadOnlySpan<byte> rest = all.ToArray();
        rest = rest[(rest.IndexOf("\r\n\r\n"u8) + 4)..];
        var chunks = new List<string>();
        while (true)
        {
            int line = rest.IndexOf("\r\n"u8);
            int size = int.Parse(Encoding.ASCII.GetString(rest[..line]), System.Globalization.NumberStyles.HexNumber);
            if (size == 0)
            {
                return chunks;
            }

            chunks.Add(Encoding.UTF8.GetString(rest.Slice(line + 2, size)));
            rest = rest[(line + 2 + size + 2)..];
        }
    }
}
