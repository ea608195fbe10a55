using System.Net;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Mcp.Sessions;

namespace MistralServe.Tests.Mcp;

/// <summary>Optional sessions of legacy clients, and the cancellation that they scope.</summary>
public sealed class McpSessionTests
{
    private const string Initialize = """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26"}}""";
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_session_is_minted_echoed_and_ended()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        string session = (await server.PostAsync(Initialize)).Session!;
        Assert.Matches("^[0-9a-f]{32}$", session);
        Assert.NotEqual(session, (await server.PostAsync(Initialize)).Session);
        Assert.Equal(session, (await server.PostAsync(Ping, ("Mcp-Session-Id", session))).Session);
        Assert.Equal(session, (await server.PostAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", ("Mcp-Session-Id", session))).Session);
        Assert.Equal(session, (await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"x"}""", ("Mcp-Session-Id", session))).Session);
        Assert.Null((await server.PostAsync(Ping)).Session);

        McpTestServer.Answer ended = await DeleteAsync(server, ("Mcp-Session-Id", session));
        Assert.Equal(HttpStatusCode.NoContent, ended.Status);
        (await DeleteAsync(server, ("Mcp-Session-Id", session))).ExpectError(404, -32600, null);
        (await server.PostAsync(Ping, ("Mcp-Session-Id", session))).ExpectError(404, -32600, "1");
    }

    [Fact]
    public async Task Delete_is_405_without_a_session_or_in_the_modern_era()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        string session = (await server.PostAsync(Initialize)).Session!;
        Assert.Equal("POST", (await DeleteAsync(server)).Allow);
        (await DeleteAsync(server, ("Mcp-Session-Id", session), ("MCP-Protocol-Version", McpTestServer.Modern))).ExpectError(405, -32600, null);
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(server, ("Mcp-Session-Id", session), ("MCP-Protocol-Version", "2025-11-25"))).Status);
    }

    [Fact]
    public async Task Modern_requests_never_see_a_session()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        Assert.Null((await server.PostModernAsync("server/discover")).Session);
        Assert.Null((await server.PostAsync("[" + Ping + "]")).Session);
    }

    [Fact]
    public async Task The_negotiated_version_decides_on_batches()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        string old = (await server.PostAsync(Initialize)).Session!;
        string current = (await server.PostAsync(Initialize.Replace("2025-03-26", "2025-06-18", StringComparison.Ordinal))).Session!;
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync($"[{Ping}]", ("Mcp-Session-Id", old))).Status);
        (await server.PostAsync($"[{Ping}]", ("Mcp-Session-Id", current))).ExpectError(400, -32600, null);
    }

    [Fact]
    public async Task A_session_belongs_to_its_caller()
    {
        string caller = "alice";
        await using McpTestServer server = await McpTestServer.StartAsync(middleware: context => context.Features.Set(new CallerIdentity(caller)));
        string session = (await server.PostAsync(Initialize)).Session!;
        caller = "bob";
        (await server.PostAsync(Ping, ("Mcp-Session-Id", session))).ExpectError(404, -32600, "1");
        (await DeleteAsync(server, ("Mcp-Session-Id", session))).ExpectError(404, -32600, null);
        caller = "alice";
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Ping, ("Mcp-Session-Id", session))).Status);
    }

    [Theory]
    [InlineData("application/json, text/event-stream")]
    [InlineData("application/json")]
    public async Task A_notification_cancels_its_own_sessions_call_only(string accept)
    {
        var started = new SemaphoreSlim(0);
        var cancelled = new SemaphoreSlim(0);
        var goOn = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([FakeTool.Working("chat", async (_, _, cancellationToken) =>
        {
            started.Release();
            try
            {
                await goOn.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                cancelled.Release();
                throw;
            }

            return FakeTool.Text("done");
        })]);
        string first = (await server.PostAsync(Initialize)).Session!;
        string second = (await server.PostAsync(Initialize)).Session!;
        const string Call = """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"chat"}}""";
        Task<McpTestServer.Answer> mine = server.PostAsync(Call, ("Mcp-Session-Id", first), ("Accept", accept));
        Task<McpTestServer.Answer> theirs = server.PostAsync(Call, ("Mcp-Session-Id", second), ("Accept", accept));
        Assert.True(await started.WaitAsync(Limit) && await started.WaitAsync(Limit));

        foreach (string stray in (string[])["\"2\"", "3", "null", "{}", "[2]"])
        {
            (await CancelAsync(server, stray, first)).ExpectAccepted();
        }

        (await server.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}""")).ExpectAccepted();
        Assert.False(mine.IsCompleted || theirs.IsCompleted);

        (await CancelAsync(server, "2", first)).ExpectAccepted();
        Assert.True(await cancelled.WaitAsync(Limit));
        McpTestServer.Answer answer = await mine.WaitAsync(Limit);
        if (answer.ContentType == "text/event-stream")
        {
            Assert.DoesNotContain("data:", answer.Body, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("Request cancelled", answer.ExpectError(200, -32603, "2").GetProperty("message").GetString());
        }

        goOn.SetResult();
        Assert.Contains("done", (await theirs.WaitAsync(Limit)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ending_a_session_cancels_its_calls()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([McpStreamTests.Endless(started, cancelled)]);
        string session = (await server.PostAsync(Initialize)).Session!;
        Task<McpTestServer.Answer> call = server.PostAsync(
            """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"chat"}}""", ("Mcp-Session-Id", session));
        await started.Task.WaitAsync(Limit);
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(server, ("Mcp-Session-Id", session))).Status);
        await cancelled.Task.WaitAsync(Limit);
        (await call.WaitAsync(Limit)).ExpectError(200, -32603, "2");
    }

    [Fact]
    public void Sessions_expire_after_a_day_without_use()
    {
        var time = new ManualTime();
        var store = new McpSessionStore(time);
        McpSession session = store.Create("alice", "2025-11-25");
        time.Advance(TimeSpan.FromHours(23));
        Assert.Same(session, store.Find(session.Id, "alice"));
        time.Advance(TimeSpan.FromHours(23));
        Assert.Same(session, store.Find(session.Id, "alice"));
        time.Advance(TimeSpan.FromHours(25));
        Assert.Null(store.Find(session.Id, "alice"));
    }

    [Fact]
    public void A_full_store_gives_up_the_least_useful_session()
    {
        var time = new ManualTime();
        var store = new McpSessionStore(time, limit: 4);
        McpSession busy = store.Create("", "2025-11-25");
        using JsonDocument id = JsonDocument.Parse("1");
        using RunningCallScope call = new(busy, id.RootElement);
        time.Advance(TimeSpan.FromSeconds(1));
        McpSession usedLongAgo = store.Create("", "2025-11-25");
        store.Find(usedLongAgo.Id, "");
        time.Advance(TimeSpan.FromSeconds(1));
        McpSession usedNow = store.Create("", "2025-11-25");
        store.Find(usedNow.Id, "");
        time.Advance(TimeSpan.FromSeconds(1));
        McpSession neverUsed = store.Create("", "2025-11-25");
        time.Advance(TimeSpan.FromSeconds(1));

        McpSession fifth = store.Create("", "2025-11-25");
        store.Find(fifth.Id, "");
        Assert.Null(store.Find(neverUsed.Id, ""));
        store.Create("", "2025-11-25");
        Assert.Null(store.Find(usedLongAgo.Id, ""));
        Assert.NotNull(store.Find(busy.Id, ""));
        Assert.NotNull(store.Find(usedNow.Id, ""));
    }

    private static Task<McpTestServer.Answer> CancelAsync(McpTestServer server, string id, string session) => server.PostAsync(
        $$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{id}}},"reason":"user"}}""", ("Mcp-Session-Id", session));

    private static async Task<McpTestServer.Answer> DeleteAsync(McpTestServer server, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/mcp");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.SendAsync(request);
    }

    private sealed class RunningCallScope(McpSession session, JsonElement id) : IDisposable
    {
        private readonly MistralServe.Mcp.Calls.RunningCall _call = session.Calls.Begin(id, CancellationToken.None);

        public void Dispose() => _call.Dispose();
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
