using System.Net;
using System.Text;
using System.Text.Json;
using MistralServe.Inference.Engine;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.OpenAi;

/// <summary>POST /v1/completions down to an engine whose model is a script: tokens are bytes, and the answer is fixed.</summary>
public sealed class CompletionEndpointTests
{
    [Theory]
    [InlineData("\"abc\"")]
    [InlineData("[97,98,99]")]
    public async Task Text_and_tokens_are_continued(string prompt)
    {
        await using RestServer server = await StartAsync();
        JsonElement body = await PostAsync(server, $$"""{"prompt":{{prompt}},"temperature":0,"n":2,"stop":"!"}""");
        Assert.Matches("^cmpl-[0-9a-f]{32}$", body.GetProperty("id").GetString());
        Assert.Equal(
            [(0, "Hello", "stop"), (1, "Hello", "stop")],
            body.GetProperty("choices").EnumerateArray().Select(c => (
                c.GetProperty("index").GetInt32(), c.GetProperty("text").GetString()!, c.GetProperty("finish_reason").GetString()!)));
        Assert.Equal(3, body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("\"max_tokens\":0", "", "length")]
    [InlineData("\"max_tokens\":3", "Hel", "length")]
    [InlineData("\"ignore_eos\":false", "Hello!", "stop")]
    public async Task The_token_limit_ends_the_text(string field, string text, string reason)
    {
        await using RestServer server = await StartAsync();
        JsonElement choice = (await PostAsync(server, $$"""{"prompt":"abc","temperature":0,{{field}}}""")).GetProperty("choices")[0];
        Assert.Equal((text, reason), (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString()));
    }

    [Fact]
    public async Task Best_of_reports_all_its_tokens_and_returns_n()
    {
        await using RestServer server = await StartAsync();
        JsonElement body = await PostAsync(server, """{"prompt":"abc","temperature":0,"best_of":3,"max_tokens":2}""");
        Assert.Equal("He", body.GetProperty("choices").EnumerateArray().Single().GetProperty("text").GetString());
        Assert.Equal(6, body.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Theory]
    [InlineData("[97,257]", "invalid_value")]
    [InlineData("\"\"", "invalid_value")]
    public async Task A_prompt_that_the_model_does_not_have_is_400(string prompt, string code)
    {
        await using RestServer server = await StartAsync();
        using HttpResponseMessage answer = await SendAsync(server, $$"""{"prompt":{{prompt}}}""");
        await ErrorAssert.IsErrorAsync(answer, 400, code, "prompt");
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_400()
    {
        await using RestServer server = await StartAsync();
        using HttpResponseMessage answer = await SendAsync(server, $$"""{"prompt":"{{new string('a', new EngineOptions().ContextLength)}}"}""");
        await ErrorAssert.IsErrorAsync(answer, 400, "context_length_exceeded", "prompt");
    }

    private static Task<RestServer> StartAsync() =>
        RestServer.StartAsync(runner: ScriptedRunner.Answering("Hello!"u8.ToArray(), promptLength: 3));

    private static async Task<JsonElement> PostAsync(RestServer server, string body)
    {
        using JsonDocument document = JsonDocument.Parse(await server.PostForTextAsync("/v1/completions", body));
        return document.RootElement.Clone();
    }

    private static Task<HttpResponseMessage> SendAsync(RestServer server, string body) => server.PostAsync("/v1/completions", body);
}
