using System.Text.Json;
using MistralServe.OpenAi;

namespace MistralServe.Tests.OpenAi;

/// <summary>/tokenize, /detokenize, /props, and what every route has in common.</summary>
[Collection("native")]
public sealed class TokensEndpointTests
{
    [Fact]
    public async Task Text_is_split_and_joined()
    {
        await using RestServer server = await ApiServer.StartAsync();
        Assert.Equal("""{"tokens":[97,195,169]}""", (await ApiServer.PostAsync(server, "/tokenize", """{"content":"aé"}""")).Body.GetRawText());
        Assert.Equal(
            """{"tokens":[{"id":97,"piece":"a"},{"id":195,"piece":[195]},{"id":169,"piece":[169]}]}""",
            (await ApiServer.PostAsync(server, "/tokenize", """{"content":"aé","with_pieces":true}""")).Body.GetRawText());
        Assert.Equal("""{"content":"aé"}""", (await ApiServer.PostAsync(server, "/detokenize", """{"tokens":[97,195,169]}""")).Body.GetRawText());
        (int status, JsonElement body) = await ApiServer.PostAsync(server, "/detokenize", """{"tokens":[97,99999]}""");
        Assert.Equal((400, "tokens[1]"), (status, body.GetProperty("error").Text("param")));
    }

    [Fact]
    public async Task Properties_say_what_is_served_and_no_path()
    {
        await using RestServer server = await ApiServer.StartAsync(new OpenAiOptions { Parallel = 3 });
        JsonElement properties = (await ApiServer.GetAsync(server, "/props")).Body;
        Assert.Equal((3, 4096), (properties.GetProperty("total_slots").GetInt32(), properties.GetProperty("default_generation_settings").GetProperty("n_ctx").GetInt32()));
        Assert.DoesNotContain("/none.gguf", properties.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/v1/models/none")]
    [InlineData("/props")]
    [InlineData("/openapi/v1.json")]
    public async Task HEAD_answers_as_GET_without_a_body(string path)
    {
        await using RestServer server = await ApiServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using HttpResponseMessage answer = await server.Client.SendAsync(request);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.True(answer.Content.Headers.ContentLength > 10);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/v1/chat/completions", "POST")]
    [InlineData("/v1/models", "GET, HEAD")]
    public async Task OPTIONS_says_what_a_route_takes(string path, string allow)
    {
        await using RestServer server = await ApiServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        using HttpResponseMessage answer = await server.Client.SendAsync(request);
        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal(allow, string.Join(", ", answer.Content.Headers.Allow));
    }

    [Fact]
    public async Task Another_model_is_served_or_not_found_as_the_host_decides()
    {
        await using RestServer lenient = await ApiServer.StartAsync();
        await using RestServer strict = await ApiServer.StartAsync(new OpenAiOptions { StrictModelCheck = true });
        (string Path, string Body)[] requests =
        [
            ("/v1/chat/completions", """{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}"""),
            ("/v1/responses", """{"model":"gpt-4o","input":"hi"}"""),
            ("/v1/completions", """{"model":"gpt-4o","prompt":"hi"}"""),
            ("/v1/messages", """{"model":"gpt-4o","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}"""),
        ];
        foreach ((string path, string body) in requests)
        {
            (int status, JsonElement answer) = await ApiServer.PostAsync(lenient, path, body);
            Assert.Equal((200, "none"), (status, answer.Text("model")));
            (status, answer) = await ApiServer.PostAsync(strict, path, body);
            Assert.Equal(404, status);
            Assert.Contains("'none'", answer.GetProperty("error").Text("message"), StringComparison.Ordinal);
            Assert.Equal(200, (await ApiServer.PostAsync(strict, path, body.Replace("gpt-4o", "none", StringComparison.Ordinal))).Status);
        }
    }

    [Fact]
    public async Task A_trace_gives_the_request_its_id()
    {
        await using RestServer server = await ApiServer.StartAsync();
        Assert.Equal("req_4bf92f3577b34da6a3ce929d0e0e4736", await GetIdAsync("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        Assert.Matches("^req_[0-9a-f]{32}$", await GetIdAsync("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
        Assert.Matches("^req_[0-9a-f]{32}$", await GetIdAsync("nonsense"));

        async Task<string> GetIdAsync(string traceParent)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.TryAddWithoutValidation("traceparent", traceParent);
            using HttpResponseMessage answer = await server.Client.SendAsync(request);
            return answer.Headers.GetValues("x-request-id").Single();
        }
    }

    [Fact]
    public async Task The_service_tier_is_told_when_the_request_names_one()
    {
        await using RestServer server = await ApiServer.StartAsync();
        JsonElement body = (await ApiServer.PostAsync(server, "/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"service_tier":"auto","store":false,"user":"u","metadata":{"a":"b"}}""")).Body;
        Assert.Equal("default", body.Text("service_tier"));
        body = (await ApiServer.PostAsync(server, "/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}]}""")).Body;
        Assert.False(body.TryGetProperty("service_tier", out _));
    }
}
