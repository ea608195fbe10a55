using System.Net;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace MistralServe.Tests.EndToEnd;

/// <summary>The MCP port of the published binary: the documented calls, the C# SDK and the Python SDK as clients.</summary>
[Collection("native")]
public sealed class McpTests
{
    private const string SmolLm = "models/SmolLM2-135M-Instruct-Q4_1.gguf";

    [Fact]
    public async Task The_documented_calls_work_as_written()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(SmolLm));
        using JsonDocument list = await PostAsync(server, """{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}""");
        Assert.Equal("chat", list.RootElement.GetProperty("result").GetProperty("tools")[0].GetProperty("name").GetString());
        using JsonDocument initialize = await PostAsync(server, """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}""");
        Assert.Equal("2025-11-25", initialize.RootElement.GetProperty("result").GetProperty("protocolVersion").GetString());
        using JsonDocument call = await PostAsync(server, """
            {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"chat","arguments":{"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"Hello, what’s the time?"}],"maxTokens":50,"temperature":0.7}}}
            """);
        JsonElement result = call.RootElement.GetProperty("result");
        Assert.False(result.GetProperty("isError").GetBoolean());
        Assert.NotEmpty(result.GetProperty("content")[0].GetProperty("text").GetString()!);
    }

    [Fact]
    public async Task The_MCP_client_for_NET_lists_and_calls()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(SmolLm));
        await using McpClient client = await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri($"http://127.0.0.1:{server.McpPort}/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
        }));
        IList<McpClientTool> tools = await client.ListToolsAsync();
        Assert.Contains(tools, tool => tool.Name == "chat");
        var arguments = new Dictionary<string, object?>
        {
            ["messages"] = JsonDocument.Parse("""[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"What is the capital of France?"}]""").RootElement,
            ["maxTokens"] = 32,
            ["temperature"] = 0,
        };
        CallToolResult result = await client.CallToolAsync("chat", arguments);
        Assert.NotEqual(true, result.IsError);
        Assert.Equal("The capital of France is Paris.", Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
    }

    [Fact]
    public async Task The_documented_Python_example_runs_as_printed()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(SmolLm));
        (int code, string output, string error) = await PythonEnvironment.RunAsync("mcp1", ["mcp<2"], "mcp_example.py", $"http://localhost:{server.McpPort}/mcp");
        Assert.True(code == 0, error);
        Assert.Contains("Server info:", output, StringComparison.Ordinal);
        Assert.Contains("Available tools: ['chat'", output, StringComparison.Ordinal);
        string reply = output[(output.IndexOf("Model replied:", StringComparison.Ordinal) + "Model replied:".Length)..];
        Assert.NotEmpty(reply.Trim());
    }

    [Fact]
    public async Task Without_a_model_the_demo_chats_over_MCP_too()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        using JsonDocument call = await PostAsync(server, """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":{"messages":[{"role":"user","content":"Hello!"}],"max_tokens":30}}}""");
        Assert.NotEmpty(call.RootElement.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!);
    }

    [Fact]
    public async Task A_full_queue_is_an_error_result_that_says_when_to_retry()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(arguments: ["--parallel", "1", "--queue", "1"]);
        const string Call = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":{"messages":[{"role":"user","content":"Hello"}],"maxTokens":300,"ignore_eos":true}}}""";
        JsonDocument[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(server, Call)));
        List<JsonElement> busy = [.. answers.Select(answer => answer.RootElement.GetProperty("result")).Where(result => result.GetProperty("isError").GetBoolean())];
        Assert.NotEmpty(busy);
        Assert.All(busy, result => Assert.Contains("retry", result.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.OrdinalIgnoreCase));
        Assert.True(busy.Count < 8);
    }

    private static async Task<JsonDocument> PostAsync(PublishedServer server, string json)
    {
        using HttpResponseMessage response = await server.PostMcpAsync(json);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    }
}
