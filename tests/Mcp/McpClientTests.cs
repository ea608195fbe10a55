using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace MistralServe.Tests.Mcp;

/// <summary>The official C# client against the endpoint.</summary>
public sealed class McpClientTests
{
    [Theory]
    [InlineData(null, "2026-07-28")]
    [InlineData("2026-07-28", "2026-07-28")]
    [InlineData("2025-11-25", "2025-11-25")]
    [InlineData("2025-06-18", "2025-06-18")]
    [InlineData("2025-03-26", "2025-03-26")]
    public async Task Client_connects_lists_and_calls(string? requested, string negotiated)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        await using var transport = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = server.Endpoint,
            TransportMode = HttpTransportMode.StreamableHttp,
        });
        await using McpClient client = await McpClient.CreateAsync(transport, new McpClientOptions { ProtocolVersion = requested });
        Assert.Equal(negotiated, client.NegotiatedProtocolVersion);
        Assert.Equal("mistralserve", client.ServerInfo?.Name);

        IList<McpClientTool> tools = await client.ListToolsAsync();
        Assert.Equal(["chat", "model_info"], tools.Select(tool => tool.Name));

        CallToolResult info = await client.CallToolAsync("model_info");
        Assert.False(info.IsError ?? false);
        Assert.Equal("test-model", info.StructuredContent!.Value.GetProperty("id").GetString());
        TextContentBlock block = Assert.IsType<TextContentBlock>(Assert.Single(info.Content));
        Assert.DoesNotContain("secret", block.Text, StringComparison.Ordinal);

        CallToolResult chat = await client.CallToolAsync("chat", new Dictionary<string, object?> { ["maxTokens"] = 5 });
        Assert.Equal("""{"maxTokens":5} by ''""", Assert.IsType<TextContentBlock>(Assert.Single(chat.Content)).Text);
    }
}
