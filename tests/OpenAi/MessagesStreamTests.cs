using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.OpenAi;

/// <summary>The events of POST /v1/messages with stream.</summary>
public sealed class MessagesStreamTests
{
    [Fact]
    public async Task Thinking_text_and_calls_are_blocks_one_after_the_other()
    {
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Text("R:hm", "Hel", "lo", "C:call_1:weather", "A:{\"city\":", "A:\"Rome\"}");
        routes.Finish();
        using HttpResponseMessage answer = await routes.PostAsync("/message", "{}");
        List<JsonElement> events = ServerSentEvents.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            [
                "message_start",
                "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
                "message_delta", "message_stop",
            ],
            events.Select(item => item.Type()));
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], events[1..13].Select(item => item.GetProperty("index").GetInt32()));
        Assert.Equal(["thinking", "text", "tool_use"], new[] { 1, 5, 9 }.Select(i => events[i].GetProperty("content_block").Type()));
        Assert.Equal(
            ["thinking_delta", "signature_delta", "text_delta", "text_delta", "input_json_delta", "input_json_delta"],
            events.Where(item => item.Type() == "content_block_delta").Select(item => item.GetProperty("delta").Type()));
        Assert.Equal("{}", events[9].GetProperty("content_block").GetProperty("input").GetRawText());
        Assert.Equal("tool_use", events[13].GetProperty("delta").Text("stop_reason"));
        Assert.Equal(
            """{"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":2,"output_tokens":3}""", events[13].GetProperty("usage").GetRawText());
        await routes.Cancelled;
    }

    [Theory]
    [InlineData(nameof(FinishReason.EndOfGeneration), null, "end_turn", null)]
    [InlineData(nameof(FinishReason.Length), null, "max_tokens", null)]
    [InlineData(nameof(FinishReason.StopString), 1, "stop_sequence", "two")]
    public async Task The_end_says_why_and_which_stop_sequence(string reason, int? stopIndex, string word, string? sequence)
    {
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Text("Hello");
        routes.Finish(Enum.Parse<FinishReason>(reason), stopIndex);
        using HttpResponseMessage answer = await routes.PostAsync("/message", "{}");
        JsonElement end = ServerSentEvents.Parse(await answer.Content.ReadAsStringAsync())[^2].GetProperty("delta");
        Assert.Equal(word, end.Text("stop_reason"));
        Assert.Equal(sequence, end.GetProperty("stop_sequence").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_is_an_error_event_at_the_end(bool closed)
    {
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Text("half");
        if (closed)
        {
            routes.Close();
        }
        else
        {
            routes.Fail(EngineFailureCode.EngineFault);
        }

        using HttpResponseMessage answer = await routes.PostAsync("/message", "{}");
        List<JsonElement> events = ServerSentEvents.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(["content_block_stop", "error"], events[^2..].Select(item => item.Type()));
        Assert.Equal("api_error", events[^1].GetProperty("error").Type());
    }
}
