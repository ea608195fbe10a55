using System.Text.Json;
using MistralServe.Inference.Engine;

namespace MistralServe.Tests.OpenAi;

/// <summary>Reasoning, content and calls of chat answers, from parsed parts to the wire.</summary>
public sealed class ChatPartTests
{
    [Fact]
    public async Task A_stream_names_each_call_once_and_its_arguments_in_pieces()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        Say(routes);
        Assert.Equal(
            [
                """{"role":"assistant","content":"","refusal":null}""",
                """{"reasoning_content":"hm"}""",
                """{"content":"Look: "}""",
                """{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}""",
                """{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}""",
                """{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}""",
                """{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"g","arguments":""}}]}""",
                """{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}""",
                "{}",
            ],
            await ReadDeltasAsync(routes, "tool_calls"));
    }

    [Fact]
    public async Task A_whole_answer_has_the_same_parts_and_counts_its_reasoning()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        Say(routes);
        JsonElement answer = await ReadAsync(routes);
        JsonElement choice = answer.GetProperty("choices")[0];
        Assert.Equal(
            """{"role":"assistant","content":"Look: ","refusal":null,"reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]}""",
            choice.GetProperty("message").GetRawText());
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(2, answer.GetProperty("usage").GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
    }

    [Fact]
    public async Task Usage_of_a_stream_counts_reasoning_too()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        Say(routes);
        using HttpResponseMessage answer = await routes.GetAsync("/usage");
        Assert.Contains("\"reasoning_tokens\":2", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_is_null_when_there_are_only_calls()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Text("C:c1:f");
        routes.Text("A:{}");
        routes.Finish(FinishReason.StopString);
        JsonElement choice = (await ReadAsync(routes)).GetProperty("choices")[0];
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("message").GetProperty("content").ValueKind);
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task A_call_that_is_cut_ends_by_length()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync();
        routes.Text("C:c1:f");
        routes.Text("A:{\"a");
        routes.Finish(FinishReason.Length);
        Assert.Equal("length", (await ReadAsync(routes)).GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task The_deprecated_form_has_one_function_call_without_id()
    {
        await using AnswerRoutes whole = await AnswerRoutes.StartAsync(functionCall: true);
        Call(whole);
        JsonElement choice = (await ReadAsync(whole)).GetProperty("choices")[0];
        Assert.Equal("""{"name":"f","arguments":"{}"}""", choice.GetProperty("message").GetProperty("function_call").GetRawText());
        Assert.False(choice.GetProperty("message").TryGetProperty("tool_calls", out _));
        Assert.Equal("function_call", choice.GetProperty("finish_reason").GetString());

        await using AnswerRoutes streamed = await AnswerRoutes.StartAsync(functionCall: true);
        Call(streamed);
        Assert.Equal(
            ["""{"function_call":{"name":"f","arguments":""}}""", """{"function_call":{"arguments":"{}"}}""", "{}"],
            (await ReadDeltasAsync(streamed, "function_call"))[1..]);

        static void Call(AnswerRoutes routes)
        {
            routes.Text("C:c1:f");
            routes.Text("A:{}");
            routes.Finish(FinishReason.EndOfGeneration);
        }
    }

    [Fact]
    public async Task Reasoning_is_left_out_where_it_is_not_wanted()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(showsReasoning: false);
        Say(routes);
        JsonElement answer = await ReadAsync(routes);
        Assert.False(answer.GetProperty("choices")[0].GetProperty("message").TryGetProperty("reasoning_content", out _));
        Assert.Equal(2, answer.GetProperty("usage").GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
    }

    [Fact]
    public async Task Choices_are_parsed_apart()
    {
        await using AnswerRoutes routes = await AnswerRoutes.StartAsync(choices: 2);
        routes.Text("C:c1:f", choice: 1);
        routes.Text("plain", choice: 0);
        routes.Text("A:{}", choice: 1);
        routes.FinishChoice(0, FinishReason.EndOfGeneration, new TokenUsage(5, 0, 1));
        routes.FinishChoice(1, FinishReason.EndOfGeneration, new TokenUsage(5, 0, 2));
        JsonElement answer = await ReadAsync(routes);
        Assert.Equal(["stop", "tool_calls"], answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("finish_reason").GetString()));
        Assert.Equal("plain", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    private static void Say(AnswerRoutes routes)
    {
        string[] pieces = ["R:hm", "Look: ", "C:c1:f", "A:{\"a\"", "A::1}", "C:c2:g", "A:{}"];
        for (int i = 0; i < pieces.Length; i++)
        {
            routes.Text(pieces[i], usage: new TokenUsage(5, 2, i + 2));
        }

        routes.FinishChoice(0, FinishReason.EndOfGeneration, new TokenUsage(5, 2, pieces.Length + 1));
    }

    private static async Task<JsonElement> ReadAsync(AnswerRoutes routes)
    {
        using HttpResponseMessage answer = await routes.GetAsync("/json");
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    private static async Task<List<string>> ReadDeltasAsync(AnswerRoutes routes, string finishReason)
    {
        using HttpResponseMessage answer = await routes.GetAsync("/stream");
        string[] events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        var deltas = new List<string>();
        foreach (string item in events[..^1])
        {
            using JsonDocument document = JsonDocument.Parse(item["data: ".Length..]);
            JsonElement choice = document.RootElement.GetProperty("choices")[0];
            deltas.Add(choice.GetProperty("delta").GetRawText());
            Assert.Equal(item == events[^2] ? finishReason : null, choice.GetProperty("finish_reason").GetString());
        }

        return deltas;
    }
}
