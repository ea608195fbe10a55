using System.Net;
using System.Text.Json;
using MistralServe.Tests.Ranking;
using ModelContextProtocol.Client;

namespace MistralServe.Tests.EndToEnd;

/// <summary>A reranker, made by the test, behind both ports of the published binary.</summary>
[Collection("native")]
public sealed class RerankTests
{
    private const string Arguments = """{"query":"what is the sea","documents":["bread","the sea is deep","ships","the sea is deep"]}""";

    [Fact]
    public async Task Both_ports_sort_alike_and_say_what_the_model_is()
    {
        using RankModel model = RankModel.TinyBert();
        await using PublishedServer server = await PublishedServer.StartAsync(model.Path, arguments: ["--alias", "ranker"]);
        using JsonDocument answer = await PostAsync(server, "/v1/rerank", Arguments, HttpStatusCode.OK);
        JsonElement results = answer.RootElement.GetProperty("results");
        Assert.Equal(4, results.GetArrayLength());
        Assert.Equal("ranker", answer.RootElement.GetProperty("model").GetString());
        double[] scores = [.. results.EnumerateArray().Select(result => result.GetProperty("relevance_score").GetDouble())];
        Assert.Equal(scores.OrderDescending(), scores);
        using JsonDocument models = JsonDocument.Parse(await server.Rest.GetStringAsync(new Uri("/v1/models", UriKind.Relative)));
        Assert.Equal("ranking", models.RootElement.GetProperty("data")[0].GetProperty("meta").GetProperty("capabilities")[0].GetString());

        await using McpClient client = await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri($"http://127.0.0.1:{server.McpPort}/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
        }));
        Assert.Equal(["rerank", "tokenize", "count_tokens", "model_info"], (await client.ListToolsAsync()).Select(tool => tool.Name));
        var result = await client.CallToolAsync("rerank", new Dictionary<string, object?>
        {
            ["query"] = "what is the sea",
            ["documents"] = new[] { "bread", "the sea is deep", "ships", "the sea is deep" },
        });
        Assert.NotEqual(true, result.IsError);
        Assert.Equal(results.GetRawText(), result.StructuredContent!.Value.GetProperty("results").GetRawText());
    }

    [Fact]
    public async Task Refusals_are_clear_and_the_server_goes_on()
    {
        using RankModel model = RankModel.TinyBert();
        await using PublishedServer server = await PublishedServer.StartAsync(model.Path);
        await ExpectErrorAsync(server, "/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}]}""", "unsupported_value");
        await ExpectErrorAsync(server, "/v1/embeddings", """{"input":"a"}""", "unsupported_value");
        await ExpectErrorAsync(server, "/v1/rerank", $$"""{"query":"q","documents":["a","{{string.Concat(Enumerable.Repeat("a ", 100))}}"]}""", "context_length_exceeded");
        using JsonDocument next = await PostAsync(server, "/rerank", Arguments, HttpStatusCode.OK);

        await using PublishedServer chat = await PublishedServer.StartAsync();
        await ExpectErrorAsync(chat, "/v1/rerank", Arguments, "unsupported_value");
    }

    private static async Task ExpectErrorAsync(PublishedServer server, string path, string body, string code)
    {
        using JsonDocument answer = await PostAsync(server, path, body, HttpStatusCode.BadRequest);
        Assert.Equal(code, answer.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    private static async Task<JsonDocument> PostAsync(PublishedServer server, string path, string body, HttpStatusCode status)
    {
        using HttpResponseMessage response = await server.PostAsync(path, body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, text);
        return JsonDocument.Parse(text);
    }
}
