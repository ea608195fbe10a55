using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.OpenAi;

public sealed class ChatAnswerWriterTests
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
