using System.Net;
using System.Text;
using System.Text.Json;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Responses;

namespace MistralServe.Tests.OpenAi;

/// <summary>The Responses API over HTTP: what is stored, for whom, how long, and what goes on without its client.</summary>
[Collection("native")]
public sealed class ResponsesEndpointTests
{
    [Fact]
    public async Task A_response_is_fetched_listed_continued_and_deleted()
    {
        await using RestServer server = await ApiServer.StartAsync();
        JsonElement first = await CreateAsync(server, """{"input":"hi","instructions":"Be brief.","temperature":0}""");
        string id = first.Text("id");
        Assert.Equal(first.GetRawText(), (await ApiServer.GetAsync(server, $"/v1/responses/{id}")).Body.GetRawText());

        JsonElement input = (await ApiServer.GetAsync(server, $"/v1/responses/{id}/input_items")).Body;
        Assert.Equal("hi", Assert.Single(input.GetProperty("data").EnumerateArray()).GetProperty("content")[0].Text("text"));
        Assert.Equal(input.Text("first_id"), input.Text("last_id"));
        Assert.False(input.GetProperty("has_more").GetBoolean());

        // The conversation goes on, its instructions do not.
        JsonElement second = await CreateAsync(server, $$"""{"input":"again","previous_response_id":"{{id}}","temperature":0}""");
        JsonElement whole = await CreateAsync(
            server,
            """{"input":[{"role":"user","content":"hi"},{"role":"assistant","content":"Hello!"},{"role":"user","content":"again"}],"temperature":0}""");
        Assert.Equal(whole.GetProperty("usage").GetProperty("input_tokens").GetInt32(), second.GetProperty("usage").GetProperty("input_tokens").GetInt32());
        Assert.Equal(id, second.Text("previous_response_id"));

        using HttpResponseMessage deleted = await server.Client.DeleteAsync(new Uri($"/v1/responses/{id}", UriKind.Relative));
        Assert.Equal($$"""{"id":"{{id}}","object":"response","deleted":true}""", await deleted.Content.ReadAsStringAsync());
        Assert.Equal(404, (await ApiServer.GetAsync(server, $"/v1/responses/{id}")).Status);
        Assert.Equal(404, (await ApiServer.PostAsync(server, "/v1/responses", $$"""{"input":"a","previous_response_id":"{{id}}"}""")).Status);

        // What was built on it has its own copy.
        Assert.Equal(200, (await ApiServer.PostAsync(server, "/v1/responses", $$"""{"input":"a","previous_response_id":"{{second.Text("id")}}"}""")).Status);
    }

    [Fact]
    public async Task Pages_of_the_input_go_both_ways()
    {
        await using RestServer server = await ApiServer.StartAsync();
        string items = string.Join(',', Enumerable.Range(0, 5).Select(i => $$"""{"id":"msg_{{i}}","role":"user","content":"{{i}}"}"""));
        string id = (await CreateAsync(server, $$"""{"input":[{{items}}]}""")).Text("id");
        Assert.Equal(["msg_4", "msg_3"], await ListAsync("?limit=2", more: true));
        Assert.Equal(["msg_2", "msg_1", "msg_0"], await ListAsync("?after=msg_3", more: false));
        Assert.Equal(["msg_0", "msg_1"], await ListAsync("?order=asc&limit=2", more: true));
        Assert.Empty(await ListAsync("?order=asc&after=msg_4", more: false));
        foreach (string query in (string[])["?limit=0", "?limit=101", "?limit=x", "?order=up", "?after=msg_9"])
        {
            (int status, JsonElement body) = await ApiServer.GetAsync(server, $"/v1/responses/{id}/input_items{query}");
            Assert.Equal((400, "invalid_value"), (status, body.GetProperty("error").Text("code")));
        }

        async Task<List<string>> ListAsync(string query, bool more)
        {
            JsonElement page = (await ApiServer.GetAsync(server, $"/v1/responses/{id}/input_items{query}")).Body;
            Assert.Equal(more, page.GetProperty("has_more").GetBoolean());
            return [.. page.GetProperty("data").EnumerateArray().Select(item => item.Text("id"))];
        }
    }

    [Fact]
    public async Task An_item_is_referred_to_by_its_id()
    {
        await using RestServer server = await ApiServer.StartAsync();
        JsonElement first = await CreateAsync(server, """{"input":"hi","temperature":0}""");
        string item = first.GetProperty("output")[0].Text("id");
        Assert.Equal(200, (await ApiServer.PostAsync(server, "/v1/responses", $$"""{"input":[{"type":"item_reference","id":"{{item}}"},{"role":"user","content":"a"}]}""")).Status);
        (int status, JsonElement body) = await ApiServer.PostAsync(server, "/v1/responses", """{"input":[{"type":"item_reference","id":"msg_none"}]}""");
        Assert.Equal((400, "input[0].id"), (status, body.GetProperty("error").Text("param")));
    }

    [Fact]
    public async Task Truncation_drops_the_oldest_turns_and_keeps_the_instructions()
    {
        await using RestServer server = await ApiServer.StartAsync();
        string turns = string.Join(',', Enumerable.Range(0, 30).Select(i =>
            $$"""{"role":"user","content":"{{i}} {{new string('u', 100)}}"},{"role":"assistant","content":"{{new string('a', 100)}}"}"""));
        string fields = $$""" "instructions":"{{new string('i', 200)}}","input":[{{turns}},{"role":"user","content":"last"}] """;

        // Tokens are bytes: about 8,000 of them, and the context has 4,096.
        (int status, JsonElement refused) = await ApiServer.PostAsync(server, "/v1/responses", $$"""{{{fields}},"truncation":"disabled"}""");
        Assert.Equal((400, "context_length_exceeded", "input"), (status, refused.GetProperty("error").Text("code"), refused.GetProperty("error").Text("param")));

        JsonElement response = await CreateAsync(server, $$"""{{{fields}},"truncation":"auto","temperature":0}""");
        Assert.Equal(("auto", "Hello!"), (response.Text("truncation"), response.GetProperty("output")[0].GetProperty("content")[0].Text("text")));

        // A quarter is left for the answer, and no turn more was dropped than must be.
        int tokens = response.GetProperty("usage").GetProperty("input_tokens").GetInt32();
        Assert.InRange(tokens, 3072 - 300, 3072);
        Assert.Equal(tokens, (await ApiServer.PostAsync(server, "/v1/responses/input_tokens", $$"""{{{fields}},"truncation":"auto"}""")).Body.GetProperty("input_tokens").GetInt32());
        response = await CreateAsync(server, $$"""{{{fields}},"truncation":"auto","max_output_tokens":16}""");
        Assert.InRange(response.GetProperty("usage").GetProperty("input_tokens").GetInt32(), 4080 - 300, 4080);

        // The whole input is kept with the response, and what follows it may be cut again.
        string id = response.Text("id");
        Assert.True((await ApiServer.GetAsync(server, $"/v1/responses/{id}/input_items")).Body.GetProperty("has_more").GetBoolean());
        Assert.Equal("auto", (await CreateAsync(server, $$"""{"input":"more","previous_response_id":"{{id}}","truncation":"auto"}""")).Text("truncation"));

        // Instructions are never dropped.
        (status, refused) = await ApiServer.PostAsync(server, "/v1/responses", $$"""{"instructions":"{{new string('i', 4000)}}","input":"{{new string('u', 100)}}","truncation":"auto"}""");
        Assert.Equal((400, "context_length_exceeded"), (status, refused.GetProperty("error").Text("code")));
    }

    [Fact]
    public async Task Without_a_store_nothing_is_kept_and_what_needs_one_is_refused()
    {
        await using RestServer server = await ApiServer.StartAsync(new OpenAiOptions { ResponseStoreCount = 0 });
        JsonElement response = await CreateAsync(server, """{"input":"hi","store":true}""");
        Assert.False(response.GetProperty("store").GetBoolean());
        Assert.Equal(404, (await ApiServer.GetAsync(server, $"/v1/responses/{response.Text("id")}")).Status);
        (int status, JsonElement body) = await ApiServer.PostAsync(server, "/v1/responses", """{"input":"hi","previous_response_id":"resp_1"}""");
        Assert.Equal((400, "previous_response_id"), (status, body.GetProperty("error").Text("param")));
        (status, body) = await ApiServer.PostAsync(server, "/v1/responses", """{"input":"hi","background":true}""");
        Assert.Equal((400, "background"), (status, body.GetProperty("error").Text("param")));
    }

    [Fact]
    public async Task The_store_is_bounded_in_number()
    {
        await using RestServer server = await ApiServer.StartAsync(new OpenAiOptions { ResponseStoreCount = 2 });
        string[] ids = new string[3];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = (await CreateAsync(server, """{"input":"hi"}""")).Text("id");
        }

        int[] found = [await StatusAsync(0), await StatusAsync(1), await StatusAsync(2)];
        Assert.Equal([404, 200, 200], found);

        async Task<int> StatusAsync(int i) => (await ApiServer.GetAsync(server, $"/v1/responses/{ids[i]}")).Status;
    }

    [Fact]
    public async Task A_background_response_answers_at_once_survives_its_client_and_can_be_cancelled()
    {
        await using RestServer server = await ApiServer.StartAsync(isEndless: true);
        JsonElement response = await CreateAsync(server, """{"input":"hi","background":true}""");
        Assert.Contains(response.Text("status"), (string[])["queued", "in_progress"]);
        string path = $"/v1/responses/{response.Text("id")}";
        await WaitAsync(async () => (await ApiServer.GetAsync(server, path)).Body.Text("status") == "in_progress");
        Assert.Equal(1, server.ActiveCount);

        // Nobody may build on what is not there yet.
        (int status, JsonElement body) = await ApiServer.PostAsync(server, "/v1/responses", $$"""{"input":"a","previous_response_id":"{{response.Text("id")}}"}""");
        Assert.Equal((400, "previous_response_id"), (status, body.GetProperty("error").Text("param")));

        (status, body) = await ApiServer.PostAsync(server, $"{path}/cancel", "{}");
        Assert.Equal((200, "cancelled"), (status, body.Text("status")));
        Assert.Equal("incomplete", body.GetProperty("output")[0].Text("status"));
        Assert.Equal("cancelled", (await ApiServer.PostAsync(server, $"{path}/cancel", "{}")).Body.Text("status"));
        await WaitAsync(() => Task.FromResult(server.ActiveCount == 0));
    }

    [Fact]
    public async Task A_background_response_that_ends_is_completed()
    {
        await using RestServer server = await ApiServer.StartAsync();
        string id = (await CreateAsync(server, """{"input":"hi","background":true,"temperature":0}""")).Text("id");
        await WaitAsync(async () => (await ApiServer.GetAsync(server, $"/v1/responses/{id}")).Body.Text("status") == "completed");
        JsonElement response = (await ApiServer.GetAsync(server, $"/v1/responses/{id}")).Body;
        Assert.Equal(ApiServer.Answer, response.GetProperty("output")[0].GetProperty("content")[0].Text("text"));
        Assert.True(response.GetProperty("background").GetBoolean());
    }

    [Fact]
    public async Task A_stream_in_the_background_is_followed_again_from_any_event()
    {
        await using RestServer server = await ApiServer.StartAsync();
        using HttpResponseMessage stream = await StreamAsync(server, """{"input":"hi","background":true,"stream":true,"temperature":0}""");
        List<JsonElement> events = ServerSentEvents.Parse(await stream.Content.ReadAsStringAsync());
        Assert.Equal(["response.created", "response.queued", "response.in_progress"], events[..3].Select(item => item.Type()));
        Assert.Equal("response.completed", events[^1].Type());
        string path = $"/v1/responses/{events[0].GetProperty("response").Text("id")}?stream=true";
        using HttpResponseMessage again = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(events.Select(item => item.GetRawText()), ServerSentEvents.Parse(await again.Content.ReadAsStringAsync()).Select(item => item.GetRawText()));
        using HttpResponseMessage rest = await server.Client.GetAsync(new Uri($"{path}&starting_after=4", UriKind.Relative));
        Assert.Equal(5, ServerSentEvents.Parse(await rest.Content.ReadAsStringAsync())[0].GetProperty("sequence_number").GetInt32());

        string other = (await CreateAsync(server, """{"input":"hi"}""")).Text("id");
        (int status, JsonElement body) = await ApiServer.GetAsync(server, $"/v1/responses/{other}?stream=true");
        Assert.Equal((400, "stream"), (status, body.GetProperty("error").Text("param")));
        (status, body) = await ApiServer.PostAsync(server, $"/v1/responses/{other}/cancel", "{}");
        Assert.Equal((400, "response_id"), (status, body.GetProperty("error").Text("param")));
    }

    [Fact]
    public async Task A_follower_that_goes_away_ends_nothing_and_a_client_of_the_foreground_ends_all()
    {
        await using RestServer server = await ApiServer.StartAsync(isEndless: true);
        foreach (bool background in (bool[])[true, false])
        {
            using (HttpResponseMessage stream = await StreamAsync(server, $$"""{"input":"hi","background":{{(background ? "true" : "false")}},"stream":true}"""))
            {
                Assert.True(await (await stream.Content.ReadAsStreamAsync()).ReadAsync(new byte[10]) > 0);
            }

            await Task.Delay(100);
            await WaitAsync(() => Task.FromResult(server.ActiveCount == 1));
        }
    }

    [Fact]
    public async Task What_was_generated_counts_when_a_response_is_cancelled()
    {
        await using RestServer server = await ApiServer.StartAsync(isEndless: true);
        string id;
        using (HttpResponseMessage stream = await StreamAsync(server, """{"input":"hi","background":true,"stream":true}"""))
        {
            using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
            string text = "";
            while (!text.Contains("response.output_text.delta", StringComparison.Ordinal))
            {
                text += await reader.ReadLineAsync() + "\n";
            }

            id = ServerSentEvents.Parse(text[..text.IndexOf("\n\n", StringComparison.Ordinal)] + "\n\n")[0].GetProperty("response").Text("id");
        }

        JsonElement cancelled = (await ApiServer.PostAsync(server, $"/v1/responses/{id}/cancel", "{}")).Body;
        JsonElement usage = cancelled.GetProperty("usage");
        Assert.Equal("cancelled", cancelled.Text("status"));
        Assert.True(usage.GetProperty("output_tokens").GetInt32() > 0, usage.GetRawText());
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("input_tokens").GetInt32() + usage.GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task A_response_that_runs_does_not_expire_and_its_events_stay_within_the_store()
    {
        await using RestServer server = await ApiServer.StartAsync(
            new OpenAiOptions { ResponseLifetime = TimeSpan.FromMilliseconds(1), ResponseStoreBytes = 100_000 }, isEndless: true);
        using HttpResponseMessage stream = await StreamAsync(server, """{"input":"hi","background":true,"stream":true}""");
        string text = await stream.Content.ReadAsStringAsync();
        JsonElement last = ServerSentEvents.Parse(text)[^1];
        Assert.Equal(("error", "internal_error"), (last.Type(), last.Text("code")));
        string id = ServerSentEvents.Parse(text[..text.IndexOf("\n\n", StringComparison.Ordinal)] + "\n\n")[0].GetProperty("response").Text("id");
        Assert.Equal("in_progress", (await ApiServer.GetAsync(server, $"/v1/responses/{id}")).Body.Text("status"));
        Assert.Equal("cancelled", (await ApiServer.PostAsync(server, $"/v1/responses/{id}/cancel", "{}")).Body.Text("status"));
        Assert.Equal(404, (await ApiServer.GetAsync(server, $"/v1/responses/{id}")).Status);
    }

    [Fact]
    public async Task HEAD_says_whether_there_is_one()
    {
        await using RestServer server = await ApiServer.StartAsync();
        string id = (await CreateAsync(server, """{"input":"hi"}""")).Text("id");
        foreach ((string path, int expected) in ((string, int)[])[($"/v1/responses/{id}", 200), ($"/v1/responses/{id}/input_items", 200), ("/v1/responses/resp_none", 404)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative));
            using HttpResponseMessage answer = await server.Client.SendAsync(request);
            Assert.Equal((expected, ""), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }
    }

    [Fact]
    public async Task Input_is_counted_without_generating()
    {
        await using RestServer server = await ApiServer.StartAsync();
        int used = (await CreateAsync(server, """{"input":"hi","instructions":"x"}""")).GetProperty("usage").GetProperty("input_tokens").GetInt32();
        JsonElement count = (await ApiServer.PostAsync(server, "/v1/responses/input_tokens", """{"input":"hi","instructions":"x"}""")).Body;
        Assert.Equal($$"""{"object":"response.input_tokens","input_tokens":{{used}}}""", count.GetRawText());
        JsonElement chat = (await ApiServer.PostAsync(
            server, "/v1/chat/completions/input_tokens", """{"messages":[{"role":"system","content":"x"},{"role":"user","content":"hi"}]}""")).Body;
        Assert.Equal(count.GetRawText(), chat.GetRawText());
        JsonElement message = (await ApiServer.PostAsync(
            server, "/v1/messages/count_tokens", """{"system":"x","messages":[{"role":"user","content":"hi"}]}""")).Body;
        Assert.Equal($$"""{"input_tokens":{{used}}}""", message.GetRawText());
    }

    [Fact]
    public void A_response_belongs_to_its_caller_and_expires()
    {
        var time = new ManualTime();
        var store = new ResponseStore(new OpenAiOptions { ResponseLifetime = TimeSpan.FromSeconds(10) }, time);
        ResponseCall call = Validate("""{"input":"secret"}""", "alice");
        var stored = new StoredResponse("alice", call, call.Template with { Status = ResponseStatus.Completed });
        store.Add(stored);
        Assert.Same(stored, store.Find("alice", stored.Id));
        Assert.Null(store.Find("bob", stored.Id));
        Assert.Null(store.Find("", stored.Id));
        Assert.Null(store.FindItem("bob", call.Input[0].Id));
        Assert.NotNull(store.FindItem("alice", call.Input[0].Id));
        Assert.False(store.Remove("bob", stored.Id));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(store.Find("alice", stored.Id));
        Assert.Equal(0, store.Count);
        Assert.Null(store.FindItem("alice", call.Input[0].Id));
    }

    [Fact]
    public void The_store_is_bounded_in_bytes_and_keeps_what_runs()
    {
        var store = new ResponseStore(new OpenAiOptions { ResponseStoreBytes = 100_000 }, TimeProvider.System);
        ResponseCall running = Validate("""{"input":"hi","background":true}""", "");
        var kept = new StoredResponse("", running, running.Template with { Status = ResponseStatus.InProgress });
        store.Add(kept);
        for (int i = 0; i < 20; i++)
        {
            ResponseCall call = Validate($$"""{"input":"{{new string('x', 20_000)}}"}""", "");
            store.Add(new StoredResponse("", call, call.Template with { Status = ResponseStatus.Completed }));
            Assert.InRange(store.Count, 1, 5);
        }

        Assert.NotNull(store.Find("", kept.Id));
    }

    private static ResponseCall Validate(string json, string principal)
    {
        using JsonDocument body = JsonDocument.Parse(json);
        var model = new MistralServe.Inference.ModelDescription { Id = "m", Path = "/m", Architecture = "llama", VocabularySize = 100 };
        var validator = new ResponseRequestValidator(model, new ResponseStore(new OpenAiOptions(), TimeProvider.System), TimeProvider.System);
        return validator.Validate(ResponseRequestReader.Read(body.RootElement).Value!, principal).Value!;
    }

    private static async Task<JsonElement> CreateAsync(RestServer server, string json)
    {
        (int status, JsonElement body) = await ApiServer.PostAsync(server, "/v1/responses", json);
        Assert.True(status == 200, body.GetRawText());
        return body;
    }

    private static Task<HttpResponseMessage> StreamAsync(RestServer server, string json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/responses") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        return server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        for (int i = 0; !await condition(); i++)
        {
            Assert.True(i < 1000, "the condition never came true");
            await Task.Delay(5);
        }
    }

    private sealed class ManualTime : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan time) => _now += time;
    }
}
