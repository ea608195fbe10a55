using System.ClientModel;
using System.Net;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;

namespace MistralServe.Tests.EndToEnd;

/// <summary>The REST port of the published binary, by HttpClient and by OpenAI's own client.</summary>
[Collection("native")]
public sealed class RestTests
{
    private const string SmolLm = "models/SmolLM2-135M-Instruct-Q4_1.gguf";

    private const string Paris = """
        {"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"What is the capital of France?"}],"max_tokens":32,"temperature":0}
        """;

    private const string Sea = """
        {"stream":true,"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"Tell me about the sea."}],"max_tokens":32}
        """;

    [Fact]
    public async Task The_first_request_of_the_readme_is_answered_as_llama_cpp_answers()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(SmolLm));
        using HttpResponseMessage response = await server.PostAsync("/v1/chat/completions", Paris);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement choice = body.RootElement.GetProperty("choices")[0];
        Assert.Equal("The capital of France is Paris.", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(8, body.RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task The_streaming_request_of_the_readme_ends_with_done()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(SmolLm));
        using HttpResponseMessage response = await server.PostAsync("/v1/chat/completions", Sea);
        string[] events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.All(events, item => Assert.StartsWith("data: ", item, StringComparison.Ordinal));
        Assert.Equal("data: [DONE]", events[^1]);
        Assert.InRange(events.Length, 10, 40);
    }

    [Fact]
    public async Task Two_clients_streaming_at_once_each_get_the_text_they_get_alone()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(SmolLm));
        var client = CreateClient(server);
        string[] questions = ["What is the capital of France?", "What is the capital of Italy?"];
        string[] alone = [await StreamAsync(client, questions[0]), await StreamAsync(client, questions[1])];
        string[] together = await Task.WhenAll(StreamAsync(client, questions[0]), StreamAsync(client, questions[1]));
        Assert.Equal("The capital of France is Paris.", alone[0]);
        Assert.Equal(alone, together);
    }

    [Fact]
    public async Task The_OpenAI_client_for_NET_chats_and_streams()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(SmolLm));
        ChatClient client = CreateClient(server);
        ChatMessage[] messages = [new SystemChatMessage("You are a helpful assistant."), new UserChatMessage("What is the capital of France?")];
        ChatCompletion completion = await client.CompleteChatAsync(messages, new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 32 });
        Assert.Equal("The capital of France is Paris.", completion.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, completion.FinishReason);
        Assert.Equal(ChatMessageRole.Assistant, completion.Role);
        Assert.Equal("The capital of France is Paris.", await StreamAsync(client, "What is the capital of France?"));
        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(() => client.CompleteChatAsync(messages, new ChatCompletionOptions { Temperature = 5 }));
        Assert.Equal(400, error.Status);
    }

    [Fact]
    public async Task Without_a_model_the_demo_answers_and_says_that_it_is_one()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        using HttpResponseMessage response = await server.PostAsync("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello!"}],"temperature":0,"max_tokens":40}""");
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.NotEmpty(body.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!);
        Assert.Single(server.Log.Split('\n'), line => line.Contains("demo", StringComparison.OrdinalIgnoreCase) && line.Contains("-m", StringComparison.Ordinal));
        using HttpResponseMessage models = await server.Rest.GetAsync("/v1/models");
        Assert.Contains("mistralserve-demo", await models.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string?, int, string> BadRequests => new()
    {
        { "POST", "/v1/chat/completions", "{", 400, "invalid_json" },
        { "POST", "/v1/chat/completions", "", 400, "invalid_json" },
        { "POST", "/v1/chat/completions", """{"messages":[]}""", 400, "invalid_value" },
        { "POST", "/v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"temperature":5}""", 400, "invalid_value" },
        { "GET", "/v1/nothing", null, 404, "not_found" },
        { "GET", "/v1/chat/completions", null, 405, "method_not_supported" },
        { "GET", "/v1/models/other", null, 404, "model_not_found" },
    };

    [Fact]
    public async Task Mistakes_get_the_error_object_with_four_keys_and_the_server_goes_on()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        foreach (var row in BadRequests)
        {
            (string method, string path, string? body, int status, string code) = row.Data;
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await server.Rest.SendAsync(request);
            Assert.Equal(status, (int)response.StatusCode);
            using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            JsonElement error = document.RootElement.GetProperty("error");
            Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(property => property.Name));
            Assert.Equal(code, error.GetProperty("code").GetString());
        }

        using HttpResponseMessage health = await server.Rest.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task The_OpenAPI_document_names_the_routes()
    {
        await using PublishedServer server = await PublishedServer.StartAsync();
        using JsonDocument document = JsonDocument.Parse(await server.Rest.GetStringAsync("/openapi/v1.json"));
        JsonElement paths = document.RootElement.GetProperty("paths");
        Assert.True(paths.TryGetProperty("/v1/chat/completions", out JsonElement chat));
        Assert.True(chat.GetProperty("post").TryGetProperty("requestBody", out _));
        Assert.True(paths.TryGetProperty("/v1/models", out _));
    }

    [Fact]
    public async Task A_client_that_goes_away_frees_its_sequence()
    {
        // Each abandoned answer would take SmolLM2 more than half a minute, were it not stopped.
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared(SmolLm), arguments: ["--parallel", "1", "--queue", "1"]);
        for (int i = 0; i < 5; i++)
        {
            using var gone = new CancellationTokenSource();
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
            request.Content = new StringContent("""{"messages":[{"role":"user","content":"Hello"}],"stream":true,"ignore_eos":true,"max_tokens":4000}""", Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await server.Rest.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, gone.Token);
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            Assert.True(await stream.ReadAsync(new byte[100]) > 0);
            await gone.CancelAsync();
        }

        using HttpResponseMessage next = await server.PostAsync("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello"}],"max_tokens":5}""")
            .WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task A_full_queue_is_503_with_retry_after_and_nobody_else_is_hurt()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(arguments: ["--parallel", "1", "--queue", "2"]);
        const string Body = """{"messages":[{"role":"user","content":"Hello"}],"ignore_eos":true,"max_tokens":300}""";
        HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => server.PostAsync("/v1/chat/completions", Body)));
        List<HttpResponseMessage> refused = [.. responses.Where(response => response.StatusCode == HttpStatusCode.ServiceUnavailable)];
        Assert.NotEmpty(refused);
        Assert.All(refused, response => Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60));
        Assert.All(responses.Except(refused), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    private static ChatClient CreateClient(PublishedServer server) => new(
        "any",
        new ApiKeyCredential("none"),
        new OpenAIClientOptions { Endpoint = new Uri($"http://127.0.0.1:{server.Port}/v1") });

    private static async Task<string> StreamAsync(ChatClient client, string question)
    {
        ChatMessage[] messages = [new SystemChatMessage("You are a helpful assistant."), new UserChatMessage(question)];
        var text = new StringBuilder();
        await foreach (StreamingChatCompletionUpdate update in client.CompleteChatStreamingAsync(messages, new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 32 }))
        {
            foreach (ChatMessageContentPart part in update.ContentUpdate)
            {
                text.Append(part.Text);
            }
        }

        return text.ToString();
    }
}
