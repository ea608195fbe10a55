using System.Net;
using System.Text.Json;

namespace MistralServe.Tests.Mcp;

/// <summary>The documented curl calls, byte for byte: only a content type, no Accept, no session, no handshake.</summary>
public sealed class McpCurlTests
{
    [Fact]
    public async Task Initialize_with_empty_params_is_answered()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}""");
        Assert.Equal("2025-11-25", answer.Result.GetProperty("protocolVersion").GetString());
        Assert.Equal("""{"tools":{}}""", answer.Result.GetProperty("capabilities").GetRawText());
        Assert.Equal("mistralserve", answer.Result.GetProperty("serverInfo").GetProperty("name").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", answer.Result.GetProperty("serverInfo").GetProperty("version").GetString());
        Assert.NotEqual("", answer.Result.GetProperty("instructions").GetString());
        Assert.False(answer.Result.TryGetProperty("resultType", out _));
        Assert.False(answer.Result.TryGetProperty("_meta", out _));
    }

    [Fact]
    public async Task Tools_are_listed()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}""");
        Assert.Equal(
            ["chat", "model_info"],
            answer.Result.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("name").GetString()));
        Assert.Equal(["tools"], answer.Result.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Chat_is_called_with_its_arguments_untouched()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        const string Arguments = """
            {"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"Hello, what’s the time?"}],"maxTokens":50,"temperature":0.7}
            """;
        McpTestServer.Answer answer = await server.PostAsync(
            """{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"chat","arguments":""" + Arguments + "}}");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        JsonElement block = Assert.Single(answer.Result.GetProperty("content").EnumerateArray());
        Assert.Equal("text", block.GetProperty("type").GetString());
        Assert.Equal($"{Arguments} by ''", block.GetProperty("text").GetString());
        Assert.False(answer.Result.GetProperty("isError").GetBoolean());
        Assert.Contains("’", answer.Body, StringComparison.Ordinal);
    }
}
