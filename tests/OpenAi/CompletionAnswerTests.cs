using System.Text.Json;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.OpenAi;

public sealed class CompletionAnswerTests
{
    private const string Head =
        """data: {"id":"cmpl-1","object":"text_completion","created":1700000000,"model":"org/model \"q\"","system_fingerprint":"fp_1","choices":[""";

    private const string Usage =
        """{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":2,"audio_tokens":0}"""
        + ""","completion_tokens_details":{"reasoning_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0,"audio_tokens":0}}""";

    [Fact]
    public async Task The_answer_has_every_required_key_byte_for_byte()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Progress();
        routes.Text("Hé");
        routes.Text("llo");
        routes.Finish(FinishReason.Length);
        using HttpResponseMessage answer = await routes.GetAsync("/text");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            """{"id":"cmpl-1","object":"text_completion","created":1700000000,"model":"org/model \"q\"","choices":["""
            + """{"index":0,"text":"Héllo","logprobs":null,"finish_reason":"length"}],"usage":""" + Usage + ""","system_fingerprint":"fp_1"}""",
            await answer.Content.ReadAsStringAsync());
        await routes.Cancelled;
    }

    [Fact]
    public async Task The_stream_has_no_role_and_ends_with_an_empty_text_byte_for_byte()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(completion: """{"prompt":"a","stream":true,"n":2}""");
        routes.Progress();
        routes.Text("x\n");
        routes.Text("y", choice: 1);
        routes.FinishChoice(1, FinishReason.StopString, default);
        routes.FinishChoice(0, FinishReason.Length, default);
        using HttpResponseMessage answer = await routes.GetAsync("/text");
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            Head + """{"index":0,"text":"x\n","logprobs":null,"finish_reason":null}]}""" + "\n\n"
            + Head + """{"index":1,"text":"y","logprobs":null,"finish_reason":null}]}""" + "\n\n"
            + Head + """{"index":1,"text":"","logprobs":null,"finish_reason":"stop"}]}""" + "\n\n"
            + Head + """{"index":0,"text":"","logprobs":null,"finish_reason":"length"}]}""" + "\n\n"
            + "data: [DONE]\n\n",
            await answer.Content.ReadAsStringAsync());
        await routes.Cancelled;
    }

    [Fact]
    public async Task Usage_comes_in_a_chunk_of_its_own_when_asked_for()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(
            completion: """{"prompt":"a","stream":true,"stream_options":{"include_usage":true}}""");
        routes.Text("x");
        routes.Finish(FinishReason.EndOfGeneration);
        using HttpResponseMessage answer = await routes.GetAsync("/text");
        Assert.Equal(
            Head + """{"index":0,"text":"x","logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n"
            + Head + """{"index":0,"text":"","logprobs":null,"finish_reason":"stop"}],"usage":null}""" + "\n\n"
            + Head + """],"usage":""" + Usage + "}\n\n"
            + "data: [DONE]\n\n",
            await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Best_of_returns_the_most_probable_per_token_and_counts_all()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(completion: """{"prompt":"a","n":2,"best_of":4}""");
        (int Tokens, double LogProbability)[] choices = [(10, -9), (2, -2), (4, -2), (1, -0.8)]; // per token -0.9, -1, -0.5, -0.8
        for (int i = choices.Length - 1; i >= 0; i--)
        {
            routes.Text($"text {i}", choice: i);
            routes.FinishChoice(i, FinishReason.EndOfGeneration, new TokenUsage(5, 0, choices[i].Tokens), choices[i].LogProbability);
        }

        using HttpResponseMessage answer = await routes.GetAsync("/text");
        using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            [(0, "text 2"), (1, "text 3")],
            body.RootElement.GetProperty("choices").EnumerateArray().Select(c => (c.GetProperty("index").GetInt32(), c.GetProperty("text").GetString()!)));
        Assert.Equal(17, body.RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(5, body.RootElement.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("""{"prompt":"a","n":3}""")]
    [InlineData("""{"prompt":"a","n":3,"stream":true}""")]
    public async Task A_client_that_leaves_cancels_all_choices(string completion)
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(completion: completion);
        routes.FinishChoice(1, FinishReason.Length, default);
        using var client = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        try
        {
            // The stream has its headers: leave while its body is open.
            using HttpResponseMessage answer = await routes.GetAsync("/text", client.Token);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        }
        catch (OperationCanceledException)
        {
        }

        await routes.Cancelled;
    }
}
