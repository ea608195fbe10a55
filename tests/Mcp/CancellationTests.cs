using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Mcp.Tools;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.Mcp;

/// <summary>A cancelled call over the real engine: not one more token is computed for it than the one that is being computed.</summary>
public sealed class CancellationTests
{
    private const string Both = "application/json, text/event-stream";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("application/json", "POST", """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}""")]
    [InlineData(Both, "POST", """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}""")]
    [InlineData(Both, "DELETE", "")]
    public async Task The_sequence_is_free_before_the_next_token(string accept, string method, string body)
    {
        using var permits = new SemaphoreSlim(5);
        using var inFlight = new SemaphoreSlim(0);
        int begun = 0;
        var runner = new ScriptedRunner(_ => 'x', sequences: 1, contextLength: 100_000)
        {
            OnDecode = _ =>
            {
                if (Interlocked.Increment(ref begun) == 6)
                {
                    inFlight.Release();
                }

                Assert.True(permits.Wait(Limit));
                return DecodeResult.Done;
            },
        };
        await using var harness = new EngineHarness(runner, new EngineOptions { Parallel = 1, ContextLength = 100_000 });
        var completions = new CompletionService(new GenerationStarter(McpTestServer.Model, harness.Engine));
        await using McpTestServer server = await McpTestServer.StartAsync([new CompleteTool("m", 512, completions.StartAsync)]);
        string session = (await server.PostAsync("""{"jsonrpc":"2.0","id":0,"method":"initialize"}""")).Session!;
        Task<McpTestServer.Answer> call = server.PostAsync(
            """{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"complete","arguments":{"prompt":"a","maxTokens":90000}}}""",
            ("Accept", accept), ("Mcp-Session-Id", session));

        // The sixth token is being computed, and stays so until the call is over.
        Assert.True(await inFlight.WaitAsync(Limit));
        using var request = new HttpRequestMessage(new HttpMethod(method), "/mcp");
        request.Content = body.Length == 0 ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        request.Headers.Add("Mcp-Session-Id", session);
        await server.SendAsync(request);
        McpTestServer.Answer answer = await call.WaitAsync(Limit);
        Assert.DoesNotContain("\"result\"", answer.Body, StringComparison.Ordinal);
        permits.Release(1000);
        await harness.WaitIdleAsync();
        Assert.Equal(6, begun);

        // And the next call has the sequence to itself.
        McpTestServer.Answer next = await server.PostAsync(
            """{"jsonrpc":"2.0","id":"b","method":"tools/call","params":{"name":"complete","arguments":{"prompt":"b","maxTokens":3}}}""");
        Assert.Equal("xxx", next.Result.GetProperty("content")[0].GetProperty("text").GetString());
    }
}
