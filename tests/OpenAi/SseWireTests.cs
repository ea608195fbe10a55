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

    [Fact]
    public async Task A_stream_says_that_it_lives_as_often_as_it_is_asked_to()
    {
        foreach ((string path, string body) in Streams)
        {
            int decoded = 0;
            var runner = new Engine.ScriptedRunner(_ => Engine.ScriptedRunner.EndOfGeneration, sequences: 6, contextLength: 4096)
            {
                OnDecode = _ =>
                {
                    Thread.Sleep(decoded++ == 0 ? 2500 : 0);
                    return MistralServe.Inference.Engine.DecodeResult.Done;
                },
            };
            await using RestServer server = await RestServer.StartAsync(
                runner: runner, options: new MistralServe.Inference.Engine.EngineOptions { CacheStreams = 2 },
                template: MistralServe.Inference.Chat.ChatTemplateSource.Resolve(modelTemplate: null, "chatml").Source);
            using TcpClient client = await SendAsync(server, path, $"{body[..^1]},\"sse_ping_interval\":1}}");
            string text = string.Concat(await ReadChunksAsync(client.GetStream()));
            Assert.Equal(2, text.Split('\n').Count(line => line is ":" or "event: ping"));
        }
    }

    [Fact]
    public async Task A_client_that_stops_reading_for_good_blocks_nobody_and_is_let_go()
    {
        await using RestServer server = await ApiServer.StartAsync(isEndless: true);
        foreach ((string path, string body) in Streams)
        {
            // Small windows and large events, so that the buffers of the system are full soon.
            string endless = body.Replace("\"max_tokens\":5", "\"max_tokens\":60000,\"logprobs\":5", StringComparison.Ordinal)
                .Replace("\"max_tokens\":20", "\"max_tokens\":60000", StringComparison.Ordinal)
                .Replace("\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"temperature\"", "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"logprobs\":true,\"top_logprobs\":20,\"temperature\"", StringComparison.Ordinal)
                .Replace("\"input\":\"hi\"", "\"input\":\"hi\",\"top_logprobs\":20", StringComparison.Ordinal);
            using TcpClient client = await SendAsync(server, path, endless, receiveBuffer: 2048);
            byte[] first = new byte[64];
            await client.GetStream().ReadExactlyAsync(first);
            Assert.StartsWith("HTTP/1.1 200 ", Encoding.ASCII.GetString(first), StringComparison.Ordinal);

            // From now on it never reads again. Others are served meanwhile, and do not wait for it.
            long start = Environment.TickCount64;
            int others = 0;
            while (server.ActiveCount > 0)
            {
                Assert.True(Environment.TickCount64 - start < 60_000, $"{path}: the sequence is still busy a minute after its reader has stopped");
                (int status, _) = await ApiServer.PostAsync(server, "/v1/completions", """{"prompt":"a","max_tokens":3,"temperature":0}""").WaitAsync(TimeSpan.FromSeconds(10));
                Assert.Equal(200, status);
                others++;
                await Task.Delay(50);
            }

            Assert.True(others > 1, $"{path}: only {others} others were served");

            // The connection goes too: what is left in it can be read, and then it is over.
            await DrainAsync(client.GetStream()).WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private static async Task DrainAsync(NetworkStream stream)
    {
        try
        {
            await stream.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // A reset: half an answer must not look whole.
        }
    }

    private static async Task<TcpClient> SendAsync(RestServer server, string path, string body, int? receiveBuffer = null)
    {
        var client = new TcpClient();
        client.ReceiveBufferSize = receiveBuffer ?? client.ReceiveBufferSize; // before connecting: the window is agreed then
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
