using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MistralServe.Hosting;
using MistralServe.Hosting.Access;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Tests.EndToEnd;
using MistralServe.Tests.Engine;
using MistralServe.Tests.Gguf;

namespace MistralServe.Tests.Hosting;

/// <summary>The share of a key across both ports, with keys from a file and the real host over a scripted model.</summary>
public sealed class KeyShareTests
{
    private const string Chat = """{"messages":[{"role":"user","content":"hi"}]}""";

    private const string Message = """{"messages":[{"role":"user","content":"hi"}],"max_tokens":5}""";

    private const string Tool = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":{"messages":[{"role":"user","content":"hi"}]},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}""";

    [Fact]
    public async Task Responses_in_the_background_and_calls_of_tools_count_and_the_rest_is_429()
    {
        using var gate = new ManualResetEventSlim();
        await using var host = await Host.StartAsync(gate, share: 2);
        (HttpStatusCode status, JsonElement background, _) = await host.PostAsync("alice-key", "/v1/responses", """{"input":"hi","background":true}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(background.GetProperty("status").GetString(), new[] { "queued", "in_progress" });
        Task<JsonElement> tool = host.CallToolAsync("alice-key", Tool);
        await host.WaitForAsync("alice", 2);

        // The share is used: on both ports, in the words of each.
        (status, JsonElement refused, HttpResponseMessage answer) = await host.PostAsync("alice-key", "/v1/chat/completions", Chat);
        JsonElement error = refused.GetProperty("error");
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal(("rate_limit_error", "rate_limit_exceeded"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.NotEmpty(answer.Headers.GetValues("retry-after-ms"));
        Assert.Equal(("2", "0", "1s"), (Header("limit"), Header("remaining"), Header("reset")));
        (status, refused, answer) = await host.PostAsync("alice-key", "/v1/messages", Message);
        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limit_error"), (status, refused.GetProperty("error").GetProperty("type").GetString()));
        Assert.NotNull(answer.Headers.RetryAfter);
        (status, _, _) = await host.PostAsync("alice-key", "/v1/responses", """{"input":"hi","background":true}""");
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        JsonElement busy = await host.CallToolAsync("alice-key", Tool);
        Assert.True(busy.GetProperty("result").GetProperty("isError").GetBoolean());
        Assert.Contains("busy, retry in", busy.GetRawText(), StringComparison.Ordinal);

        // Another key has a share of its own.
        Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Answer)> other = host.PostAsync("bob-key", "/v1/chat/completions", Chat);
        await host.WaitForAsync("bob", 1);
        gate.Set();
        Assert.Equal(HttpStatusCode.OK, (await other).Status);
        Assert.False((await tool).GetProperty("result").TryGetProperty("isError", out JsonElement isError) && isError.GetBoolean());
        await host.WaitForAsync("alice", 0);
        (status, _, answer) = await host.PostAsync("alice-key", "/v1/chat/completions", Chat);
        Assert.Equal((HttpStatusCode.OK, "2", "2", "0s"), (status, Header("limit"), Header("remaining"), Header("reset")));

        (status, _, answer) = await host.PostAsync("no-key", "/v1/chat/completions", Chat);
        Assert.Equal((HttpStatusCode.Unauthorized, false), (status, answer.Headers.Contains("x-ratelimit-limit-requests")));

        string Header(string name) => answer.Headers.GetValues($"x-ratelimit-{name}-requests").Single();
    }

    [Fact]
    public async Task Too_many_answers_for_the_share_are_400_because_waiting_is_in_vain()
    {
        using var gate = new ManualResetEventSlim(initialState: true);
        await using var host = await Host.StartAsync(gate, share: 2);
        (HttpStatusCode status, JsonElement refused, _) = await host.PostAsync("bob-key", "/v1/completions", """{"prompt":["a","b","c"]}""");
        Assert.Equal((HttpStatusCode.BadRequest, "n"), (status, refused.GetProperty("error").GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData(1, false, null, null)]
    [InlineData(2, false, null, 34)]
    [InlineData(2, false, 5, 5)]
    [InlineData(1, true, null, 34)]
    [InlineData(0, false, null, null)]
    public void A_caller_with_others_beside_it_gets_half_of_the_room(int keys, bool hasIssuer, int? given, int? expected)
    {
        using var file = new TemporaryFile(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, keys).Select(i => $"key-{i} name-{i}"))));
        ServeSettings settings = new() { KeyShare = given, ApiKeyFile = keys > 0 ? file.Path : null, OAuthIssuer = hasIssuer ? "https://issuer.example" : null };
        Assert.Equal(expected, CallerShare.Apply(settings, ApiKeyStore.Load(settings).Store!).KeyShare);
    }

    /// <summary>Both ports over a model whose decode waits for a gate.</summary>
    private sealed class Host : IAsyncDisposable
    {
        private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TemporaryFile _keys = new("alice-key alice\nbob-key bob\n"u8);
        private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(60) };
        private readonly int _port = PublishedServer.FindFreePort();
        private readonly int _mcpPort = PublishedServer.FindFreePort();
        private readonly ManualResetEventSlim _gate;
        private readonly Task<int> _run;
        private InferenceEngine? _engine;

        private Host(ManualResetEventSlim gate, int share)
        {
            _gate = gate;
            var settings = new ServeSettings { Port = _port, McpPort = _mcpPort, ApiKeyFile = _keys.Path, KeyShare = share, ContextLength = 1024, LogLevel = Microsoft.Extensions.Logging.LogLevel.Error };
            _run = ServerHost.RunAsync(settings, TextWriter.Null, (checkedSettings, loggers) => (CreateModel(checkedSettings, loggers), null), _stop.Task);
        }

        public static async Task<Host> StartAsync(ManualResetEventSlim gate, int share)
        {
            var host = new Host(gate, share);
            for (int i = 0; ; i++)
            {
                Assert.False(host._run.IsCompleted || i > 1000, "the host did not start");
                try
                {
                    using HttpResponseMessage health = await host._client.GetAsync($"http://127.0.0.1:{host._port}/health");
                    if (health.StatusCode == HttpStatusCode.OK)
                    {
                        return host;
                    }
                }
                catch (HttpRequestException)
                {
                    // Not listening yet.
                }

                await Task.Delay(10);
            }
        }

        public async Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Answer)> PostAsync(string key, string path, string json)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{_port}{path}") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
            request.Headers.Authorization = new("Bearer", key);
            HttpResponseMessage answer = await _client.SendAsync(request);
            using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return (answer.StatusCode, document.RootElement.Clone(), answer);
        }

        public async Task<JsonElement> CallToolAsync(string key, string json)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{_mcpPort}/mcp") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
            request.Headers.Authorization = new("Bearer", key);
            request.Headers.Accept.ParseAdd("application/json, text/event-stream");
            foreach ((string name, string value) in new[] { ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "chat") })
            {
                request.Headers.Add(name, value);
            }

            using HttpResponseMessage answer = await _client.SendAsync(request);
            string text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
            string last = text.StartsWith('{') ? text : text.Split('\n').Last(line => line.StartsWith("data: ", StringComparison.Ordinal))["data: ".Length..];
            using JsonDocument document = JsonDocument.Parse(last);
            return document.RootElement.Clone();
        }

        public async Task WaitForAsync(string caller, int count)
        {
            for (int i = 0; _engine!.CountOf(caller) != count; i++)
            {
                Assert.True(i < 2000, $"{caller} has {_engine.CountOf(caller)} and not {count}");
                await Task.Delay(5);
            }
        }

        public async ValueTask DisposeAsync()
        {
            _gate.Set();
            _client.Dispose();
            _stop.TrySetResult();
            Assert.Equal(0, await _run.WaitAsync(TimeSpan.FromSeconds(30)));
            _keys.Dispose();
        }

        private EngineModel CreateModel(ServeSettings settings, Microsoft.Extensions.Logging.ILoggerFactory loggers)
        {
            var description = new ModelDescription
            {
                Id = "gated", Path = "/gated.gguf", Architecture = "llama", VocabularySize = 257, TrainingContextLength = 1024, Capabilities = ModelCapabilities.TextGeneration,
            };
            var model = new EngineModel(
                description, settings, ChatTemplateSource.Resolve(modelTemplate: null, "chatml").Source,
                (layout, _) => (
                    new ScriptedRunner(tokens => tokens[^1] == '\n' ? 'x' : ScriptedRunner.EndOfGeneration, layout.Parallel + layout.CacheStreams)
                    {
                        OnDecode = _ =>
                        {
                            _gate.Wait();
                            return DecodeResult.Done;
                        },
                    },
                    null),
                TimeProvider.System, loggers);
            var services = new ServiceCollection();
            model.AddServices(services);
            _engine = services.BuildServiceProvider().GetRequiredService<InferenceEngine>();
            return model;
        }
    }
}
