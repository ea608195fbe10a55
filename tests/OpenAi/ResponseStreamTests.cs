using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.OpenAi;

/// <summary>The events of POST /v1/responses with stream, and the object without.</summary>
public sealed class ResponseStreamTests
{
    private const string Request = """{"input":"hi","stream":true}""";

    [Fact]
    public async Task Reasoning_text_and_calls_come_in_the_order_that_clients_check()
    {
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Text("R:think", "R:ing", "Hé", "llo", "C:call_1:weather", "A:{\"city\":", "A:\"Rome\"}", "C:call_2:time");
        routes.Finish();
        using HttpResponseMessage answer = await routes.PostAsync("/response", Request);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        List<JsonElement> events = ServerSentEvents.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            [
                "response.created", "response.in_progress",
                "response.output_item.added", "response.content_part.added", "response.reasoning_text.delta", "response.reasoning_text.delta",
                "response.reasoning_text.done", "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.done", "response.output_item.done",
                "response.completed",
            ],
            events.Select(item => item.Type()));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(item => item.GetProperty("sequence_number").GetInt32()));
        Assert.Equal(0, events[0].GetProperty("response").GetProperty("output").GetArrayLength());
        Assert.Equal(5, events[0].GetProperty("response").GetProperty("usage").GetProperty("input_tokens").GetInt32());
        CheckItems(events);

        JsonElement response = events[^1].GetProperty("response");
        Assert.Equal("completed", response.Text("status"));
        Assert.Equal(["reasoning", "message", "function_call", "function_call"], response.GetProperty("output").EnumerateArray().Select(item => item.Type()));
        Assert.Equal("Héllo", response.GetProperty("output")[1].GetProperty("content")[0].Text("text"));
        Assert.Equal("{\"city\":\"Rome\"}", response.GetProperty("output")[2].Text("arguments"));
        Assert.Equal("call_2", response.GetProperty("output")[3].Text("call_id"));
        Assert.Equal(2, response.GetProperty("usage").GetProperty("input_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(8, response.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        await routes.Cancelled;
    }

    [Fact]
    public async Task A_cut_answer_is_incomplete()
    {
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Text("half");
        routes.Finish(FinishReason.Length);
        using HttpResponseMessage answer = await routes.PostAsync("/response", Request);
        List<JsonElement> events = ServerSentEvents.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("response.incomplete", events[^1].Type());
        JsonElement response = events[^1].GetProperty("response");
        Assert.Equal("max_output_tokens", response.GetProperty("incomplete_details").Text("reason"));
        Assert.Equal("incomplete", response.GetProperty("output")[0].Text("status"));
        Assert.Equal(JsonValueKind.Null, response.GetProperty("completed_at").ValueKind);
    }

    [Theory]
    [InlineData(nameof(EngineFailureCode.EngineFault), "internal_error", "server_error")]
    [InlineData(nameof(EngineFailureCode.DeadlineExceeded), "request_timeout", "server_error")]
    public async Task A_failure_is_an_error_event_and_then_the_failed_response(string code, string word, string published)
    {
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Text("half");
        routes.Fail(Enum.Parse<EngineFailureCode>(code));
        using HttpResponseMessage answer = await routes.PostAsync("/response", Request);
        List<JsonElement> events = ServerSentEvents.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(["response.output_item.done", "error", "response.failed"], events[^3..].Select(item => item.Type()));
        Assert.Equal(word, events[^2].Text("code"));
        Assert.Equal(JsonValueKind.Null, events[^2].GetProperty("param").ValueKind);
        Assert.Equal(published, events[^1].GetProperty("response").GetProperty("error").Text("code"));
        Assert.Equal(events.Count - 1, events[^1].GetProperty("sequence_number").GetInt32());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_before_anything_else_has_a_status_and_no_stream(bool stream)
    {
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Fail(EngineFailureCode.QueueTimeout);
        using HttpResponseMessage answer = await routes.PostAsync("/response", $$"""{"input":"hi","stream":{{(stream ? "true" : "false")}}}""");
        await ErrorAssert.IsErrorAsync(answer, 503, "queue_timeout");
    }

    [Fact]
    public async Task A_channel_that_closes_early_ends_the_stream_with_a_failure()
    {
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Text("half");
        routes.Close();
        using HttpResponseMessage answer = await routes.PostAsync("/response", Request);
        Assert.Equal("response.failed", ServerSentEvents.Parse(await answer.Content.ReadAsStringAsync())[^1].Type());
    }

    [Fact]
    public async Task Log_probabilities_of_the_deltas_are_those_of_the_whole()
    {
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Write(Tokens("a", 'a'));
        routes.Write(Tokens("", (char)0xC3));
        routes.Write(Tokens("é", (char)0xA9));
        routes.Finish();
        using HttpResponseMessage answer = await routes.PostAsync("/response", """{"input":"hi","stream":true,"top_logprobs":1}""");
        List<JsonElement> events = ServerSentEvents.Parse(await answer.Content.ReadAsStringAsync());
        List<int> deltas = [.. events.Where(item => item.Type() == "response.output_text.delta").SelectMany(Bytes)];
        Assert.Equal([97, 0xC3, 0xA9], deltas);
        JsonElement part = events[^1].GetProperty("response").GetProperty("output")[0].GetProperty("content")[0];
        Assert.Equal(3, part.GetProperty("logprobs").GetArrayLength());
        Assert.Equal("a", part.GetProperty("logprobs")[0].GetProperty("top_logprobs")[0].Text("token"));
        Assert.Equal(-9999, part.GetProperty("logprobs")[1].GetProperty("top_logprobs")[0].GetProperty("logprob").GetDouble());

        static IEnumerable<int> Bytes(JsonElement delta) =>
            delta.GetProperty("logprobs").EnumerateArray().SelectMany(token => token.GetProperty("bytes").EnumerateArray().Select(value => value.GetInt32()));

        static GenerationEvent Tokens(string text, char token) => new()
        {
            Kind = GenerationEventKind.Text,
            Text = System.Text.Encoding.UTF8.GetBytes(text),
            Tokens = [new TokenReport(new TokenLogProbability(token, -1), [new TokenLogProbability(token, token == 'a' ? -1 : float.NegativeInfinity)])],
        };
    }

    [Fact]
    public async Task The_object_shows_every_key_with_its_value_in_force()
    {
        await using ItemRoutes routes = await ItemRoutes.StartAsync();
        routes.Text("Hello");
        routes.Finish();
        using HttpResponseMessage answer = await routes.PostAsync(
            "/response",
            """
            {"input":"hi","instructions":"Be brief.","temperature":0.5,"top_p":0.9,"max_output_tokens":20,"max_tool_calls":3,"metadata":{"k":"v"},
            "tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":true}],"tool_choice":{"type":"function","name":"f"},
            "parallel_tool_calls":false,"text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"}},"verbosity":"low"},
            "reasoning":{"effort":"low","summary":null},"safety_identifier":"s","prompt_cache_key":"p","user":"u","service_tier":"auto","store":false}
            """);
        using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement response = body.RootElement;
        Assert.Equal(
            """
            {"object":"response","status":"completed","background":false,"error":null,"incomplete_details":null,"instructions":"Be brief.","max_output_tokens":20,"max_tool_calls":3,
            "model":"none","parallel_tool_calls":false,"previous_response_id":null,"prompt_cache_key":"p","reasoning":{"effort":"low","summary":null},"safety_identifier":"s",
            "service_tier":"default","store":false,"temperature":0.5,"text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":false},"verbosity":"low"},
            "tool_choice":{"type":"function","name":"f"},"tools":[{"type":"function","name":"f","description":null,"parameters":{"type":"object"},"strict":true}],
            "top_logprobs":0,"top_p":0.9,"presence_penalty":0,"frequency_penalty":0,"truncation":"disabled","user":"u","metadata":{"k":"v"}}
            """.Replace("\n", "", StringComparison.Ordinal),
            "{" + string.Join(',', response.EnumerateObject()
                .Where(property => property.Name is not ("id" or "created_at" or "completed_at" or "output" or "usage"))
                .Select(property => $"\"{property.Name}\":{property.Value.GetRawText()}")) + "}");
        Assert.Matches("^resp_[0-9a-f]{32}$", response.Text("id"));
        Assert.Matches("^msg_[0-9a-f]{32}$", response.GetProperty("output")[0].Text("id"));
    }

    // What openai-node's accumulator throws for.
    private static void CheckItems(List<JsonElement> events)
    {
        int index = -1;
        string id = "";
        var ids = new HashSet<string>();
        foreach (JsonElement item in events.Where(item => item.TryGetProperty("output_index", out _)))
        {
            if (item.Type() == "response.output_item.added")
            {
                index++;
                id = item.GetProperty("item").Text("id");
                Assert.True(ids.Add(id));
                Assert.Equal("in_progress", item.GetProperty("item").Text("status"));
            }

            Assert.Equal(index, item.GetProperty("output_index").GetInt32());
            Assert.Equal(id, item.TryGetProperty("item", out JsonElement whole) ? whole.Text("id") : item.Text("item_id"));
            if (item.TryGetProperty("content_index", out JsonElement content))
            {
                Assert.Equal(0, content.GetInt32());
            }
        }
    }
}
