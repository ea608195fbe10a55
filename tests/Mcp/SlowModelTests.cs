using System.Diagnostics;
using System.Text;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using MistralServe.Mcp.Calls;
using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.Mcp;

/// <summary>A model that takes seconds to its first token, and the timers of clients.</summary>
public sealed class SlowModelTests
{
    private static readonly StreamTimings Timings = new() { SignOfLife = TimeSpan.FromMilliseconds(300) };

    [Theory]
    [InlineData("sdk1")]
    [InlineData("sdk2")]
    public async Task TypeScript_timers_are_reset_by_progress_only_if_the_caller_says_so(string sdk)
    {
        await using McpTestServer server = await McpTestServer.StartAsync([Slow()], timings: Timings);
        await NodeEnvironment.RunInAsync("mcp", "slow.mjs", sdk, server.Endpoint.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2025-11-25")]
    public async Task A_CSharp_client_that_waits_two_seconds_for_headers_gets_its_answer_after_four(string? version)
    {
        await using McpTestServer server = await McpTestServer.StartAsync([Slow()], timings: Timings);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await using var transport = new HttpClientTransport(
            new HttpClientTransportOptions { Endpoint = server.Endpoint, TransportMode = HttpTransportMode.StreamableHttp }, http);
        await using McpClient client = await McpClient.CreateAsync(transport, new McpClientOptions { ProtocolVersion = version });
        CallToolResult result = await client.CallToolAsync("chat", progress: new Progress<ProgressNotificationValue>());
        Assert.Equal("done", Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
    }

    [Fact]
    public async Task Headers_come_at_once_and_bytes_at_least_every_fifteen_seconds()
    {
        var goOn = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([McpStreamTests.Waiting(goOn.Task)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
        request.Content = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat"}}""", Encoding.UTF8, "application/json");
        request.Headers.Add("Accept", "application/json, text/event-stream");
        var clock = Stopwatch.StartNew();
        using HttpResponseMessage response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[16];
        int read = await body.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(":\n\n", Encoding.ASCII.GetString(buffer, 0, read));
        goOn.SetResult();
    }

    private static FakeTool Slow() => FakeTool.Working("chat", async (_, progress, cancellationToken) =>
    {
        await Task.Delay(4000, cancellationToken);
        progress.SendDelta(1, "do"u8);
        return FakeTool.Text("done");
    });
}
