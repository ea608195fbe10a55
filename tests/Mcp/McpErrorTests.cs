using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using MistralServe.Inference;
using MistralServe.Mcp;
using MistralServe.Mcp.Http;
using MistralServe.Mcp.Protocol;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

public sealed class McpErrorTests
{
    [Fact]
    public void Every_kind_has_a_code_that_the_protocol_defines_and_a_status()
    {
        int[] defined = [-32700, -32600, -32601, -32602, -32603, -32020, -32021, -32022];
        foreach (McpErrorKind kind in Enum.GetValues<McpErrorKind>())
        {
            Assert.Contains(McpErrorCodes.Of(kind), defined);
            Assert.InRange(McpHttpStatus.Of(kind, McpEra.Modern), 200, 503);
            Assert.InRange(McpHttpStatus.Of(kind, McpEra.Legacy), 200, 503);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{'a':1}")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""/*x*/{}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","x":1e}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","x":"\ud800"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","x":"\udc00"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","x":"\ud800\ud800"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","x":"\ud800\u0041"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","\udfff":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"\ud800","method":"ping"}""")]
    public async Task Unparsable_is_400_without_id(string body)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        (await server.PostAsync(body)).ExpectError(400, -32700, null);
        (await server.PostAsync(body, ("MCP-Protocol-Version", McpTestServer.Modern))).ExpectError(400, -32700, null);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","x":"\ud83d\ude00"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","x":"\\ud800"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","x":"\\"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","x":"\u0000\n😀"}""")]
    public async Task Text_that_only_looks_like_a_lone_surrogate_is_served(string body)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(body)).Status);
    }

    [Fact]
    public async Task Invalid_utf8_and_a_byte_order_mark_are_unparsable()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        byte[] body = """{"jsonrpc":"2.0","id":1,"method":"ping","x":"?"}"""u8.ToArray();
        body[Array.IndexOf(body, (byte)'?')] = 0xFF;
        (await server.PostAsync(body)).ExpectError(400, -32700, null);
        (await server.PostAsync([0xEF, 0xBB, 0xBF, .. "{}"u8])).ExpectError(400, -32700, null);
    }

    [Fact]
    public async Task Depth_is_bounded_at_64()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Nested(64))).Status);
        (await server.PostAsync(Nested(65))).ExpectError(400, -32700, null);
        (await server.PostAsync(new string('[', 100_000))).ExpectError(400, -32700, null);

        static string Nested(int depth)
        {
            string arrays = new string('[', depth - 1) + new string(']', depth - 1);
            return $$"""{"jsonrpc":"2.0","id":1,"method":"ping","x":{{arrays}} }""";
        }
    }

    [Theory]
    [InlineData("17", null)]
    [InlineData("null", null)]
    [InlineData("\"text\"", null)]
    [InlineData("{}", null)]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"ping"}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1.5,"method":"ping"}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1e3,"method":"ping"}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":true,"method":"ping"}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"ping"}""", null)]
    [InlineData("""{"jsonrpc":"1.0","id":7,"method":"ping"}""", "7")]
    [InlineData("""{"jsonrpc":2.0,"id":7,"method":"ping"}""", "7")]
    [InlineData("""{"id":"a","method":"ping"}""", "\"a\"")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"ping","params":[]}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"ping","params":"x"}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":7}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":null}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}""", null)]
    public async Task What_is_no_message_is_400_with_the_id_if_readable(string body, string? id)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        (await server.PostAsync(body)).ExpectError(400, -32600, id);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890")]
    [InlineData("\"\"")]
    [InlineData("\"1\"")]
    [InlineData("\"\\u0041\\/\\n\"")]
    [InlineData("\"<é😀>\"")]
    public async Task Ids_are_echoed_as_the_token_they_were(string id)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync($$"""{"jsonrpc":"2.0","id": {{id}} ,"method":"ping"}""");
        Assert.Equal($$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{}}""", answer.Body);
        (await server.PostAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"x"}""")).ExpectError(200, -32601, id);
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public async Task Other_methods_are_405(string method)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/mcp");
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        McpTestServer.Answer answer = await server.SendAsync(request);
        answer.ExpectError(405, -32600, null);
        Assert.Equal("POST", answer.Allow);
    }

    [Fact]
    public async Task Head_is_405_without_body()
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/mcp");
        McpTestServer.Answer answer = await server.SendAsync(request);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Equal("POST", answer.Allow);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("Application/JSON", 200)]
    [InlineData("application/json;charset=\"utf-8\"; x=y", 200)]
    [InlineData(null, 415)]
    [InlineData("", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/jsonx", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("text/plain, application/json", 415)]
    public async Task Only_json_is_read(string? contentType, int status)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = new ByteArrayContent("""{"jsonrpc":"2.0","id":1,"method":"ping"}"""u8.ToArray()),
        };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        McpTestServer.Answer answer = await server.SendAsync(request);
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal("application/json", answer.ContentType);
        if (status == 415)
        {
            answer.ExpectError(415, -32600, null);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_is_bounded_by_the_listener(bool chunked)
    {
        await using McpTestServer server = await McpTestServer.StartAsync(maxBodyBytes: 10_000);
        // With chunks the listener counts their framing too.
        (await Post(chunked ? 9_900 : 10_000)).ExpectError(200, -32601, "1");
        (await Post(10_001)).ExpectError(413, -32600, null);

        Task<McpTestServer.Answer> Post(int length)
        {
            byte[] body = Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":1,"method":"x"}""".PadRight(length));
            var request = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.TransferEncodingChunked = chunked;
            return server.SendAsync(request);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/mcp/x")]
    [InlineData("/register")]
    [InlineData("/favicon.ico")]
    [InlineData("/.well-known/oauth-protected-resource")]
    [InlineData("/.well-known/oauth-protected-resource/mcp")]
    public async Task Unknown_paths_are_a_json_404_for_every_method(string path)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete])
        {
            using var request = new HttpRequestMessage(method, path);
            McpTestServer.Answer answer = await server.SendAsync(request);
            Assert.Equal(HttpStatusCode.NotFound, answer.Status);
            Assert.Equal("application/json", answer.ContentType);
            Assert.Equal("""{"error":"not_found"}""", answer.Body);
        }
    }

    [Theory]
    [InlineData("""{"name":"nope"}""")]
    [InlineData("""{"name":"Chat","arguments":{}}""")]
    [InlineData("""{"arguments":{}}""")]
    [InlineData("""{"name":7}""")]
    [InlineData("""{"name":"chat","arguments":[]}""")]
    [InlineData("""{"name":"chat","arguments":"{}"}""")]
    [InlineData("""{"name":"chat","arguments":null}""")]
    public async Task Malformed_calls_are_200_with_invalid_params(string parameters)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync(
            $$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{parameters}}}""");
        answer.ExpectError(200, -32602, "1");
    }

    [Theory]
    [InlineData("""{"cursor":"abc"}""", true)]
    [InlineData("""{"cursor":""}""", true)]
    [InlineData("""{"cursor":0}""", true)]
    [InlineData("""{"cursor":null}""", false)]
    public async Task Any_cursor_is_unknown(string parameters, bool refused)
    {
        await using McpTestServer server = await McpTestServer.StartAsync();
        McpTestServer.Answer answer = await server.PostAsync(
            $$"""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{parameters}}}""");
        if (refused)
        {
            answer.ExpectError(200, -32602, "1");
        }
        else
        {
            Assert.Equal(2, answer.Result.GetProperty("tools").GetArrayLength());
        }
    }

    [Fact]
    public async Task A_call_without_arguments_gets_an_empty_object_and_the_caller()
    {
        await using McpTestServer server = await McpTestServer.StartAsync(
            middleware: context => context.Features.Set(new CallerIdentity("alice")));
        McpTestServer.Answer answer = await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat"}}""");
        Assert.Equal("{} by 'alice'", answer.Result.GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_bug_is_200_without_internals()
    {
        await using McpTestServer server = await McpTestServer.StartAsync(
            [FakeTool.Working("bug", (_, _, _) => throw new InvalidOperationException("secret detail"))]);
        McpTestServer.Answer answer = await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"bug"}}""");
        answer.ExpectError(200, -32603, "1");
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_cancelled_by_someone_else_says_so()
    {
        await using McpTestServer server = await McpTestServer.StartAsync(
            [FakeTool.Working("stopped", (_, _, _) => throw new OperationCanceledException())]);
        McpTestServer.Answer answer = await server.PostAsync(
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"stopped"}}""");
        Assert.Equal("Request cancelled", answer.ExpectError(200, -32603, "1").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Draining_is_503_with_the_time_to_wait()
    {
        var failure = new EngineFailure(EngineFailureCode.ShuttingDown, "The server is shutting down.", RetryAfter: TimeSpan.FromSeconds(7));
        await using McpTestServer server = await McpTestServer.StartAsync(
            [FakeTool.Working("chat", (_, _, _) => new(ToolFailures.ToOutcome(failure)))]);
        McpTestServer.Answer answer = await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat"}}""");
        answer.ExpectError(503, -32603, "1");
        Assert.Equal(TimeSpan.FromSeconds(7), answer.RetryAfter);
    }

    [Fact]
    public async Task A_client_that_goes_away_cancels_its_call()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using McpTestServer server = await McpTestServer.StartAsync([FakeTool.Working("slow", async (_, _, cancellation) =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                cancelled.SetResult();
            }

            return FakeTool.Text("never");
        })]);

        using var client = new CancellationTokenSource();
        using var content = new StringContent(
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow"}}""", Encoding.UTF8, "application/json");
        Task<HttpResponseMessage> call = server.Client.PostAsync(server.Endpoint, content, client.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await client.CancelAsync();
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [InlineData(401, "The key is missing.", "The key is missing.")]
    [InlineData(403, "A scope is missing.", "A scope is missing.")]
    public async Task Access_failures_are_json_rpc_errors_without_id(int status, string? message, string expected)
    {
        (int written, string? type, string body) = await AccessFailureAsync(status, message);
        Assert.Equal(status, written);
        Assert.Equal("application/json", type);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $$$"""{"jsonrpc":"2.0","error":{"code":-32600,"message":"{{{expected}}}"}}"""), body);
    }

    [Fact]
    public async Task A_wrong_host_or_origin_gets_an_empty_403()
    {
        (int written, string? type, string body) = await AccessFailureAsync(403, null);
        Assert.Equal((403, null, ""), (written, type, body));
    }

    private static async Task<(int Status, string? ContentType, string Body)> AccessFailureAsync(int status, string? message)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Response.Body = body;
        await McpErrors.WriteAccessFailureAsync(context, status, message);
        return (context.Response.StatusCode, context.Response.ContentType, Encoding.UTF8.GetString(body.ToArray()));
    }
}
