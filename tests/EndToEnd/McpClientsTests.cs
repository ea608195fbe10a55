using System.Diagnostics;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace MistralServe.Tests.EndToEnd;

/// <summary>The clients that people use against the published binary: TypeScript SDK 1 and 2, C# SDK, Python SDK 1 and 2, Inspector, mcp-remote.</summary>
[Collection("native")]
public sealed class McpClientsTests
{
    private const string SmolLm = "models/SmolLM2-135M-Instruct-Q4_1.gguf";

    [Theory]
    [InlineData("sdk1.mjs")]
    [InlineData("sdk2.mjs")]
    public async Task The_TypeScript_SDKs_stream_cancel_and_validate(string script)
    {
        string model = RepositoryFiles.Shared(SmolLm);
        await using PublishedServer server = await PublishedServer.StartAsync(model, arguments: ["--parallel", "1"]);
        await NodeEnvironment.RunInAsync(
            "mcp", script, $"http://localhost:{server.McpPort}/mcp", PublishedServer.FindBinary(), "mcp", "-m", model, "--parallel", "1");
    }

    [Fact]
    public async Task The_inspector_lists_and_calls()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        string url = $"http://localhost:{server.McpPort}/mcp";
        const string Inspector = "node_modules/@modelcontextprotocol/inspector-cli/build/index.js";
        string list = await NodeEnvironment.RunInAsync("mcp", Inspector, url, "--transport", "http", "--method", "tools/list");
        using JsonDocument tools = JsonDocument.Parse(JsonOf(list));
        Assert.Equal("chat", tools.RootElement.GetProperty("tools")[0].GetProperty("name").GetString());
        string call = await NodeEnvironment.RunInAsync(
            "mcp", Inspector, url, "--transport", "http", "--method", "tools/call", "--tool-name", "count_tokens", "--tool-arg", "content=hello");
        using JsonDocument counted = JsonDocument.Parse(JsonOf(call));
        Assert.True(counted.RootElement.GetProperty("structuredContent").GetProperty("count").GetInt32() > 0);
    }

    [Theory]
    [InlineData("http-only", "/mcp")]
    [InlineData("sse-only", "/mcp")]
    [InlineData("sse-only", "/sse")]
    public async Task Mcp_remote_bridges_with_a_key(string transport, string path)
    {
        await using PublishedServer server = await PublishedServer.StartAsync(
            environment: new Dictionary<string, string> { ["MISTRALSERVE_API_KEY"] = "secret-key" });
        await NodeEnvironment.RunInAsync("mcp", "remote.mjs", $"http://localhost:{server.McpPort}{path}", transport, "Authorization:Bearer secret-key");
    }

    [Theory]
    [InlineData(null, HttpTransportMode.StreamableHttp, "/mcp")]
    [InlineData("2025-11-25", HttpTransportMode.StreamableHttp, "/mcp")]
    [InlineData(null, HttpTransportMode.Sse, "/sse")]
    [InlineData(null, HttpTransportMode.Sse, "/mcp")]
    public async Task The_CSharp_SDK_streams_and_cancels(string? version, HttpTransportMode mode, string path)
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(SmolLm), arguments: ["--parallel", "1"]);
        await using var transport = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri($"http://127.0.0.1:{server.McpPort}{path}"), TransportMode = mode,
        });
        await using McpClient client = await McpClient.CreateAsync(transport, new McpClientOptions { ProtocolVersion = version });
        await CheckAsync(client, cancelsOnTheWire: mode != HttpTransportMode.Sse);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2025-11-25")]
    public async Task The_CSharp_SDK_speaks_over_stdio(string? version)
    {
        await using McpClient client = await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = PublishedServer.FindBinary(), Arguments = ["mcp", "-m", RepositoryFiles.Shared(SmolLm), "--parallel", "1"],
        }), new McpClientOptions { ProtocolVersion = version });

        // This client sends nothing when a call over stdio is cancelled (seen on the wire, 2.3.1).
        await CheckAsync(client, cancelsOnTheWire: false);
    }

    [Theory]
    [InlineData("mcp1", "mcp<2")]
    [InlineData("mcp2", "mcp>=2")]
    public async Task The_Python_SDKs_stream_and_validate(string name, string package)
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(SmolLm));
        (int code, string output, string error) = await PythonEnvironment.RunAsync(
            name, [package], $"{name}_client.py", $"http://localhost:{server.McpPort}/mcp");
        Assert.True(code == 0, error);
        Assert.Contains("ok", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_TypeScript_SDK_sends_a_static_key_and_is_refused_with_another()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(
            environment: new Dictionary<string, string> { ["MISTRALSERVE_API_KEY"] = "secret-key" });
        await NodeEnvironment.RunInAsync("mcp", "keys.mjs", $"http://localhost:{server.McpPort}/mcp", "secret-key");
        using HttpResponseMessage refused = await server.PostMcpAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");
        Assert.Equal("Bearer realm=\"mistralserve\"", refused.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Structured_results_of_an_embedding_model_satisfy_the_clients_that_throw_otherwise()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared("models/all-MiniLM-L6-v2-Q8_0.gguf"));
        string url = $"http://localhost:{server.McpPort}/mcp";
        await NodeEnvironment.RunInAsync("mcp", "embed.mjs", url);
        (int code, string output, string error) = await PythonEnvironment.RunAsync("mcp1", ["mcp<2"], "mcp_embed.py", url);
        Assert.True(code == 0, error);
        Assert.Contains("ok", output, StringComparison.Ordinal);
    }

    // What the inspector says beside the answer comes before or behind it.
    private static string JsonOf(string output) => output[output.IndexOf('{', StringComparison.Ordinal)..(output.LastIndexOf('}') + 1)];

    private static async Task CheckAsync(McpClient client, bool cancelsOnTheWire)
    {
        Assert.Equal("mistralserve", client.ServerInfo?.Name);
        Assert.Contains(await client.ListToolsAsync(), tool => tool.Name == "chat");
        var told = new List<ProgressNotificationValue>();
        CallToolResult result = await client.CallToolAsync("chat", Arguments("What is the capital of France?", 32), new Collector(told));
        string text = Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
        Assert.Equal("The capital of France is Paris.", text);
        lock (told)
        {
            string deltas = string.Concat(told.Select(value => value.Message));
            Assert.NotEqual("", deltas);
            Assert.StartsWith(deltas, text, StringComparison.Ordinal);
            Assert.Equal(told.Select(value => value.Progress).Order(), told.Select(value => value.Progress));
        }

        if (!cancelsOnTheWire)
        {
            return;
        }

        // The best of three: a busy machine may delay any single one.
        var times = new List<double>();
        for (int round = 0; round < 3; round++)
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            Dictionary<string, object?> endless = Arguments("Tell me about the sea.", 3000);
            endless["ignore_eos"] = true;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => client.CallToolAsync("chat", endless, cancellationToken: cancel.Token).AsTask());
            var clock = Stopwatch.StartNew();
            await client.CallToolAsync("complete", new Dictionary<string, object?> { ["prompt"] = "a", ["maxTokens"] = 1 });
            times.Add(clock.Elapsed.TotalSeconds);
        }

        Assert.InRange(times.Min(), 0, 1);
    }

    private static Dictionary<string, object?> Arguments(string question, int maxTokens) => new()
    {
        ["messages"] = JsonDocument.Parse(
            $$"""[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"{{question}}"}]""").RootElement,
        ["maxTokens"] = maxTokens,
        ["temperature"] = 0,
    };

    private sealed class Collector(List<ProgressNotificationValue> values) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value)
        {
            lock (values)
            {
                values.Add(value);
            }
        }
    }
}
