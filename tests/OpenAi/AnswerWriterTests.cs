using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.OpenAi;

public sealed class AnswerWriterTests
{
    [Fact]
    public async Task The_answer_has_every_required_key_byte_for_byte()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Progress();
        routes.Text("Hé");
        routes.Text("llo 😀");
        routes.Finish(FinishReason.EndOfGeneration);
        using HttpResponseMessage answer = await routes.GetAsync("/json");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            """{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"org/model \"q\"","choices":[{"index":0,"message":"""
            + """{"role":"assistant","content":"Héllo \uD83D\uDE00","refusal":null},"logprobs":null,"finish_reason":"stop"}]"""
            + ""","usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":2,"audio_tokens":0}"""
            + ""","completion_tokens_details":{"reasoning_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0,"audio_tokens":0}}"""
            + ""","system_fingerprint":"fp_1"}""",
            await answer.Content.ReadAsStringAsync());
        await routes.Cancelled;
    }

    [Theory]
    [InlineData(nameof(FinishReason.EndOfGeneration), "stop")]
    [InlineData(nameof(FinishReason.StopString), "stop")]
    [InlineData(nameof(FinishReason.Length), "length")]
    public async Task The_finish_reason_is_one_of_the_published_words(string reason, string word)
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Finish(Enum.Parse<FinishReason>(reason));
        using HttpResponseMessage answer = await routes.GetAsync("/json");
        using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement choice = body.RootElement.GetProperty("choices")[0];
        Assert.Equal(word, choice.GetProperty("finish_reason").GetString());
        Assert.Equal("", choice.GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task Choices_are_told_apart_and_usage_adds_them_up()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(choices: 3);
        routes.Text("b1", choice: 1);
        routes.Text("a1", choice: 0);
        routes.Text("b2", choice: 1);
        routes.FinishChoice(1, FinishReason.Length, new TokenUsage(5, 2, 3, 1, 2));
        routes.Text("a2", choice: 0);
        routes.FinishChoice(0, FinishReason.StopString, new TokenUsage(5, 2, 4, 3, 4));
        routes.FinishChoice(2, FinishReason.EndOfGeneration, new TokenUsage(5, 5, 1));
        using HttpResponseMessage answer = await routes.GetAsync("/json");
        using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            [(0, "a1a2", "stop"), (1, "b1b2", "length"), (2, "", "stop")],
            body.RootElement.GetProperty("choices").EnumerateArray().Select(c => (
                c.GetProperty("index").GetInt32(),
                c.GetProperty("message").GetProperty("content").GetString()!,
                c.GetProperty("finish_reason").GetString()!)));
        JsonElement usage = body.RootElement.GetProperty("usage");
        Assert.Equal((5, 8, 13), (Count(usage, "prompt_tokens"), Count(usage, "completion_tokens"), Count(usage, "total_tokens")));
        Assert.Equal(2, Count(usage.GetProperty("prompt_tokens_details"), "cached_tokens"));
        JsonElement details = usage.GetProperty("completion_tokens_details");
        Assert.Equal((4, 6), (Count(details, "accepted_prediction_tokens"), Count(details, "rejected_prediction_tokens")));
        await routes.Cancelled;

        static int Count(JsonElement counts, string name) => counts.GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData(nameof(FinishReason.Cancelled))]
    [InlineData(null)]
    public async Task A_choice_that_breaks_off_is_500_for_all(string? reason)
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(choices: 2);
        routes.FinishChoice(0, FinishReason.Length, new TokenUsage(5, 2, 3));
        if (reason is not null)
        {
            routes.FinishChoice(1, Enum.Parse<FinishReason>(reason), new TokenUsage(5, 2, 3));
        }

        routes.Close();
        using HttpResponseMessage answer = await routes.GetAsync("/json");
        await ErrorAssert.IsErrorAsync(answer, 500, "internal_error");
    }

    [Fact]
    public async Task A_failure_is_an_error_answer()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Text("half");
        routes.Fail(EngineFailureCode.DeadlineExceeded);
        using HttpResponseMessage answer = await routes.GetAsync("/json");
        await ErrorAssert.IsErrorAsync(answer, 408, "request_timeout");
        Assert.Equal("false", answer.Headers.GetValues("x-should-retry").Single());
        await routes.Cancelled;
    }

    [Fact]
    public async Task A_channel_that_closes_without_a_result_is_500()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Close();
        using HttpResponseMessage answer = await routes.GetAsync("/json");
        await ErrorAssert.IsErrorAsync(answer, 500, "internal_error");
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_the_generation()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        using var client = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => routes.GetAsync("/json", client.Token));
        await routes.Cancelled;
    }
}
