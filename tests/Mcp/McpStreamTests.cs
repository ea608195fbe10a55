using System.Globalization;
using System.Text;
using System.Text.Json;
using MistralServe.Mcp.Calls;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

/// <summary>A call's own event stream: progress, keep-alive, the whole text in the result.</summary>
public sealed class McpStreamTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly StreamTimings Fast = new()
    {
        Coalesce = TimeSpan.FromMilliseconds(1), SignOfLife = TimeSpan.FromMilliseconds(20), KeepAlive = TimeSpan.FromMilliseconds(50),
    };

    [Theory]
    [InlineData("7")]
    [InlineData("0")]
    [InlineData("\"a\\u00e9\"")]
    [InlineData("123456789012345678901234567890")]
    public async Task Deltas_rise_and_are_a_prefix_of_the_result(string token)
    {
        string[] parts = ["Ein ", "Satz mit ", "Zeichen: 😀", "\u2028 und\n", "Ende."];
        await using McpTestServer server = await McpTestServer.StartAsync(
            [FakeTool.Working("chat", async (_, progress, cancellationToken) =>
            {
                progress.SetPrompt(3, 10);
                for (int i = 0; i < parts.Length; i++)
                {
                    await Task.Delay(30, cancellationToken);
                    progress.SendDelta(i + 1, Encoding.UTF8.GetBytes(parts[i]));
                }

                return FakeTool.Text(string.Concat(parts));
            })],
            timings: Fast);
        using EventStreamClient stream = await server.StreamAsync(Call("chat", token));
        List<JsonElement> messages = await stream.ReadToEndAsync();

        JsonElement result = messages[^1];
        Assert.Equal("3", result.GetProperty("id").GetRawText());
        string text = result.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!;
        Assert.Equal(string.Concat(parts), text);

        double last = -1;
        string told = "";
        foreach (JsonElement message in messages[..^1])
        {
            Assert.Equal("notifications/progress", message.GetProperty("method").GetString());
            Assert.False(message.TryGetProperty("id", out _));
            JsonElement parameters = message.GetProperty("params");
            Assert.Equal(token, parameters.GetProperty("progressToken").GetRawText());
            double progress = parameters.GetProperty("progress").GetDouble();
            Assert.True(progress > last, $"{progress} after {last}");
            last = progress;
            told += parameters.TryGetProperty("message", out JsonElement delta) ? delta.GetString() : "";
        }

        Assert.NotEqual("", told);
        Assert.StartsWith(told, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_and_the_first_delta_come_at_once_and_the_rest_is_coalesced()
    {
        var goOn = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync(
            [FakeTool.Working("chat", async (_, progress, cancellationToken) =>
            {
                await goOn.Task.WaitAsync(cancellationToken);
                for (int i = 1; i <= 200; i++)
                {
                    progress.SendDelta(i, "x"u8);
                    await Task.Delay(1, cancellationToken);
                }

                return FakeTool.Text(new string('x', 200));
            })]);
        using EventStreamClient stream = await server.StreamAsync(Call("chat", "1"));

        // The headers are here although the tool has not begun.
        goOn.SetResult();
        List<JsonElement> messages = await stream.ReadToEndAsync();
        Assert.Equal(1, messages[0].GetProperty("params").GetProperty("progress").GetInt32());
        Assert.InRange(messages.Count, 3, 60);
    }

    [Fact]
    public async Task A_call_that_waits_gives_signs_of_life_below_a_tenth()
    {
        var goOn = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([Waiting(goOn.Task)], timings: Fast);
        using EventStreamClient stream = await server.StreamAsync(Call("chat", "1"));
        double last = 0;
        for (int i = 0; i < 3; i++)
        {
            JsonElement parameters = (await stream.ReadMessageAsync()).GetProperty("params");
            Assert.False(parameters.TryGetProperty("message", out _));
            double progress = parameters.GetProperty("progress").GetDouble();
            Assert.InRange(progress, last + double.Epsilon, 0.1);
            last = progress;
        }

        goOn.SetResult();
        Assert.True((await stream.ReadToEndAsync())[^1].TryGetProperty("result", out _));
    }

    [Fact]
    public async Task Without_a_token_only_comments_precede_the_response()
    {
        var goOn = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([Waiting(goOn.Task)], timings: Fast);
        using EventStreamClient stream = await server.StreamAsync(Call("chat", null));
        Task<JsonElement> response = stream.ReadMessageAsync();
        await Task.Delay(200);
        Assert.False(response.IsCompleted);
        goOn.SetResult();
        Assert.True((await response).TryGetProperty("result", out _));
        Assert.InRange(stream.Comments, 1, 10);
        Assert.Null(await stream.ReadEventAsync());
    }

    [Fact]
    public async Task A_tool_that_counts_itself_is_told_as_it_counts()
    {
        await using McpTestServer server = await McpTestServer.StartAsync(FixtureTools.Create());
        using EventStreamClient stream = await server.StreamAsync(Call("test_tool_with_progress", "\"p\""));
        List<JsonElement> messages = await stream.ReadToEndAsync();
        Assert.Equal(
            ["0/100", "50/100", "100/100"],
            messages[..^1].Select(message => message.GetProperty("params")).Select(parameters => string.Create(
                CultureInfo.InvariantCulture, $"{parameters.GetProperty("progress")}/{parameters.GetProperty("total")}")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*/*")]
    [InlineData("application/json")]
    [InlineData("text/*")]
    [InlineData("text/event-stream;q=0, application/json")]
    public async Task Without_the_wish_for_a_stream_the_answer_is_one_JSON_object(string? accept)
    {
        await using McpTestServer server = await McpTestServer.StartAsync(FixtureTools.Create());
        (string, string)[] headers = accept is null ? [] : [("Accept", accept)];
        McpTestServer.Answer answer = await server.PostAsync(Call("test_tool_with_progress", "1"), headers);
        Assert.False(answer.Result.GetProperty("isError").GetBoolean());
    }

    [Theory]
    [InlineData("application/json, text/event-stream")]
    [InlineData("TEXT/event-stream")]
    [InlineData("text/event-stream;q=0.1;charset=x")]
    public async Task What_is_refused_before_the_work_is_JSON_with_its_status(string accept)
    {
        await using McpTestServer server = await McpTestServer.StartAsync(FixtureTools.Create());
        (await server.PostAsync(Call("nope", "1"), ("Accept", accept))).ExpectError(200, -32602, "3");
        McpTestServer.Answer failed = await server.PostAsync(Call("test_error_handling", "1"), ("Accept", accept));
        Assert.True(failed.Result.GetProperty("isError").GetBoolean());
        McpTestServer.Answer listed = await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", ("Accept", accept));
        Assert.NotEqual(0, listed.Result.GetProperty("tools").GetArrayLength());
    }

    [Fact]
    public async Task A_failure_after_the_headers_is_an_event()
    {
        await using McpTestServer server = await McpTestServer.StartAsync(
            [FakeTool.Working("chat", (_, _, _) => new(ToolOutcome.Of(new McpError(McpErrorKind.ShuttingDown, "Bye"))))]);
        using EventStreamClient stream = await server.StreamAsync(Call("chat", null));
        JsonElement error = Assert.Single(await stream.ReadToEndAsync()).GetProperty("error");
        Assert.Equal(-32603, error.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_modern_call_streams_too()
    {
        await using McpTestServer server = await McpTestServer.StartAsync(FixtureTools.Create());
        string body = """{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"test_tool_with_progress",""" + McpTestServer.Meta()[..^1] + ""","progressToken":4}}}""";
        using EventStreamClient stream = await server.StreamAsync(
            body, ("MCP-Protocol-Version", McpTestServer.Modern), ("Mcp-Method", "tools/call"), ("Mcp-Name", "test_tool_with_progress"));
        List<JsonElement> messages = await stream.ReadToEndAsync();
        Assert.Equal(4, messages.Count);
        Assert.Equal("complete", messages[^1].GetProperty("result").GetProperty("resultType").GetString());
        Assert.False(stream.Response.Headers.Contains("Mcp-Session-Id"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Closing_the_connection_cancels_the_call(bool streams)
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([Endless(started, cancelled)]);
        using var client = new CancellationTokenSource();
        if (streams)
        {
            EventStreamClient stream = await server.StreamAsync(Call("chat", "1"), client.Token);
            await started.Task.WaitAsync(Limit);
            stream.Dispose();
        }
        else
        {
            using var content = new StringContent(Call("chat", null), Encoding.UTF8, "application/json");
            Task<HttpResponseMessage> call = server.Client.PostAsync(server.Endpoint, content, client.Token);
            await started.Task.WaitAsync(Limit);
            await client.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        await cancelled.Task.WaitAsync(Limit);
    }

    /// <summary>A tool that waits for a signal, then answers.</summary>
    internal static FakeTool Waiting(Task goOn) => FakeTool.Working("chat", async (_, _, cancellationToken) =>
    {
        await goOn.WaitAsync(cancellationToken);
        return FakeTool.Text("done");
    });

    /// <summary>A tool that runs until it is cancelled.</summary>
    internal static FakeTool Endless(TaskCompletionSource started, TaskCompletionSource cancelled) =>
        FakeTool.Working("chat", async (_, _, cancellationToken) =>
        {
            started.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                cancelled.TrySetResult();
                throw;
            }

            return FakeTool.Text("never");
        });

    private static string Call(string tool, string? token)
    {
        string meta = token is null ? "" : ",\"_meta\":{\"progressToken\":" + token + "}";
        return $$$"""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{}{{{meta}}}}}""";
    }
}
