using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.OpenAi;

public sealed class AnswerStreamWriterTests
{
    private const string Head =
        """data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"org/model \"q\"","system_fingerprint":"fp_1","choices":[""";

    [Fact]
    public async Task The_stream_is_role_content_finish_done_byte_for_byte()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Progress();
        routes.Text("Hé\n");
        routes.Text("l\"lo");
        routes.Finish(FinishReason.Length);
        using HttpResponseMessage answer = await routes.GetAsync("/stream");
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-cache", answer.Headers.CacheControl?.ToString());
        Assert.Equal("no", answer.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.True(answer.Headers.Contains("x-request-id"));
        Assert.Equal(
            Head + """{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}""" + "\n\n"
            + Head + """{"index":0,"delta":{"content":"Hé\n"},"logprobs":null,"finish_reason":null}]}""" + "\n\n"
            + Head + """{"index":0,"delta":{"content":"l\"lo"},"logprobs":null,"finish_reason":null}]}""" + "\n\n"
            + Head + """{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"}]}""" + "\n\n"
            + "data: [DONE]\n\n",
            await answer.Content.ReadAsStringAsync());
        await routes.Cancelled;
    }

    [Fact]
    public async Task Usage_is_null_in_every_chunk_but_the_one_before_the_end()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Text("a");
        routes.Finish(FinishReason.StopString);
        using HttpResponseMessage answer = await routes.GetAsync("/usage");
        string[] events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, events.Length);
        Assert.All(events[..3], item => Assert.EndsWith("],\"usage\":null}", item, StringComparison.Ordinal));
        Assert.Equal(
            Head + """],"usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":2,"audio_tokens":0}"""
            + ""","completion_tokens_details":{"reasoning_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0,"audio_tokens":0}}}""",
            events[3]);
        Assert.Equal("data: [DONE]", events[4]);
    }

    [Fact]
    public async Task Choices_come_interleaved_each_with_role_and_finish_reason_and_usage_adds_them_up()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(choices: 3);
        routes.Progress();
        routes.Text("b", choice: 1);
        routes.Text("a", choice: 0);
        routes.FinishChoice(1, FinishReason.Length, new TokenUsage(5, 2, 3, 1, 2));
        routes.Text("A", choice: 0);
        routes.FinishChoice(2, FinishReason.EndOfGeneration, new TokenUsage(5, 5, 1));
        routes.FinishChoice(0, FinishReason.StopString, new TokenUsage(5, 2, 7, 4, 8));
        using HttpResponseMessage answer = await routes.GetAsync("/usage");
        string[] events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            [
                .. new[] { 0, 1, 2 }.Select(choice => Chunk(choice, """{"role":"assistant","content":"","refusal":null}""")),
                Chunk(1, """{"content":"b"}"""),
                Chunk(0, """{"content":"a"}"""),
                Chunk(1, "{}", "\"length\""),
                Chunk(0, """{"content":"A"}"""),
                Chunk(2, "{}", "\"stop\""),
                Chunk(0, "{}", "\"stop\""),
                Head + """],"usage":{"prompt_tokens":5,"completion_tokens":11,"total_tokens":16,"prompt_tokens_details":{"cached_tokens":2,"audio_tokens":0}"""
                    + ""","completion_tokens_details":{"reasoning_tokens":0,"accepted_prediction_tokens":5,"rejected_prediction_tokens":10,"audio_tokens":0}}}""",
                "data: [DONE]",
            ],
            events);
        await routes.Cancelled;

        static string Chunk(int choice, string delta, string finishReason = "null") =>
            $$"""{{Head}}{"index":{{choice}},"delta":{{delta}},"logprobs":null,"finish_reason":{{finishReason}}}],"usage":null}""";
    }

    [Fact]
    public async Task A_channel_that_closes_before_the_last_choice_ends_the_stream_with_an_error()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(choices: 2);
        routes.FinishChoice(0, FinishReason.Length, new TokenUsage(5, 2, 3));
        routes.Close();
        using HttpResponseMessage answer = await routes.GetAsync("/stream");
        string body = await answer.Content.ReadAsStringAsync();
        Assert.Contains("\"finish_reason\":\"length\"", body, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"internal_error\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/stream")]
    [InlineData("/text")]
    public async Task The_headers_leave_with_the_first_event_even_if_it_has_no_text(string path)
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(completion: """{"prompt":"a","stream":true}""");
        Task<HttpResponseMessage> headers = routes.GetAsync(path);
        await Task.Delay(50);
        Assert.False(headers.IsCompleted);
        routes.Progress();
        using HttpResponseMessage answer = await headers.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Each_token_arrives_before_the_next_is_made()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Progress();
        using HttpResponseMessage answer = await routes.GetAsync("/stream");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Contains("\"role\":\"assistant\"", await ReadEventAsync(reader), StringComparison.Ordinal);
        foreach (string text in (string[])["one", "two", "😀"])
        {
            routes.Text(text);
            using JsonDocument chunk = JsonDocument.Parse((await ReadEventAsync(reader))["data: ".Length..]);
            Assert.Equal(text, chunk.RootElement.GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString());
        }

        routes.Finish(FinishReason.EndOfGeneration);
        Assert.Contains("\"finish_reason\":\"stop\"", await ReadEventAsync(reader), StringComparison.Ordinal);
        Assert.Equal("data: [DONE]", await ReadEventAsync(reader));
        Assert.Equal("", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task An_event_is_one_chunk_on_the_wire()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Progress();
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", routes.Server.Port);
        NetworkStream stream = socket.GetStream();
        await stream.WriteAsync("GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
        }

        for (int i = 0; i < 3; i++)
        {
            // Chunked encoding: size line, the event, its empty line, the end of the chunk.
            int size = int.Parse((await reader.ReadLineAsync())!, System.Globalization.NumberStyles.HexNumber);
            string line = (await reader.ReadLineAsync())!;
            Assert.Equal(size, Encoding.UTF8.GetByteCount(line) + 2);
            Assert.Equal("", await reader.ReadLineAsync());
            Assert.Equal("", await reader.ReadLineAsync());
            routes.Text(new string('é', 3000 * i)); // longer than a segment of the pipe
        }
    }

    [Fact]
    public async Task Silence_is_filled_with_comments_even_while_the_prompt_progresses()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(TimeSpan.FromMilliseconds(50));
        using HttpResponseMessage answer = await routes.GetAsync("/stream"); // headers come without any event
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Contains("\"role\"", await ReadEventAsync(reader), StringComparison.Ordinal);
        using var stop = new CancellationTokenSource();
        Task progress = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                routes.Progress();
                await Task.Delay(5);
            }
        });
        Assert.Equal(":", await ReadEventAsync(reader));
        Assert.Equal(":", await ReadEventAsync(reader));
        await stop.CancelAsync();
        await progress;
        routes.Text("a");
        routes.Finish(FinishReason.EndOfGeneration);
        string rest = await reader.ReadToEndAsync();
        Assert.Contains("\"content\":\"a\"", rest, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_after_the_start_is_an_error_event_without_DONE()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Text("a");
        routes.Fail(EngineFailureCode.EngineFault);
        using HttpResponseMessage answer = await routes.GetAsync("/stream");
        Assert.Equal(200, (int)answer.StatusCode);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.EndsWith(
            """data: {"error":{"message":"A sentence.","type":"server_error","param":null,"code":"internal_error"}}""" + "\n\n", body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"finish_reason\":\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_generation_that_breaks_off_ends_the_stream_with_an_error(bool cancelledByServer)
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Text("a");
        if (cancelledByServer)
        {
            routes.Finish(FinishReason.Cancelled);
        }
        else
        {
            routes.Close();
        }

        using HttpResponseMessage answer = await routes.GetAsync("/stream");
        string body = await answer.Content.ReadAsStringAsync();
        Assert.Contains("\"code\":\"internal_error\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_before_any_output_has_a_status()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Fail(EngineFailureCode.QueueTimeout);
        using HttpResponseMessage answer = await routes.GetAsync("/stream");
        await ErrorAssert.IsErrorAsync(answer, 503, "queue_timeout");
        Assert.Equal("1", answer.Headers.GetValues("Retry-After").Single());
        await routes.Cancelled;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_client_that_leaves_while_nothing_is_written_cancels_the_generation(int choices)
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(choices: choices);
        routes.Text("a");
        using (await routes.GetAsync("/stream"))
        {
        }

        await routes.Cancelled;
    }

    [Fact]
    public async Task A_client_that_leaves_before_the_headers_cancels_the_generation()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        using var client = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => routes.GetAsync("/stream", client.Token));
        await routes.Cancelled;
    }

    // Up to the empty line.
    private static async Task<string> ReadEventAsync(StreamReader reader)
    {
        string? line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        return line!;
    }
}
