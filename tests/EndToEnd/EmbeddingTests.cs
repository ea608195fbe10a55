using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using MistralServe.Tests.Embedding;
using ModelContextProtocol.Client;
using OpenAI;
using OpenAI.Embeddings;

namespace MistralServe.Tests.EndToEnd;

/// <summary>An embedding model behind both ports of the published binary.</summary>
[Collection("native")]
public sealed class EmbeddingTests
{
    [Fact]
    public async Task The_OpenAI_client_for_NET_gets_the_reference_vectors()
    {
        List<EmbeddingReference> references = EmbeddingReference.Load();
        await using PublishedServer server = await StartAsync();
        EmbeddingClient client = CreateClient(server);

        // This client asks for base64 by itself.
        OpenAIEmbeddingCollection together = await client.GenerateEmbeddingsAsync(references.Select(reference => reference.Text));
        Assert.Equal(references.Sum(reference => reference.Tokens), together.Usage.InputTokenCount);
        Assert.Equal("all-MiniLM-L6-v2-Q8_0", together.Model);
        for (int i = 0; i < references.Count; i++)
        {
            references[i].ExpectMatch(together[i].ToFloats().Span);
            OpenAIEmbedding alone = await client.GenerateEmbeddingAsync(references[i].Text);
            references[i].ExpectMatch(alone.ToFloats().Span);
        }

        OpenAIEmbedding cut = await client.GenerateEmbeddingAsync(references[0].Text, new EmbeddingGenerationOptions { Dimensions = 64 });
        Assert.Equal(64, cut.ToFloats().Length);
    }

    [Fact]
    public async Task The_OpenAI_client_for_NET_gets_arrays_of_numbers_when_it_asks_for_float()
    {
        List<EmbeddingReference> references = EmbeddingReference.Load();
        await using PublishedServer server = await StartAsync();
        using BinaryContent body = BinaryContent.Create(BinaryData.FromString(
            $$"""{"model":"any","encoding_format":"float","input":"{{references[0].Text}}"}"""));
        ClientResult result = await CreateClient(server).GenerateEmbeddingsAsync(body, new RequestOptions());
        using JsonDocument answer = JsonDocument.Parse(result.GetRawResponse().Content);
        references[0].ExpectMatch(Floats(answer.RootElement.GetProperty("data")[0].GetProperty("embedding")));
    }

    [Fact]
    public async Task Tokens_as_openai_python_sends_them_give_the_vector_of_the_text()
    {
        EmbeddingReference reference = EmbeddingReference.Load()[0];
        Assert.Equal("The capital of France is Paris.", reference.Text);
        await using PublishedServer server = await StartAsync();

        // openai-python asks for base64 unless told otherwise.
        using HttpResponseMessage response = await server.PostAsync(
            "/v1/embeddings", """{"input":[[101,1996,3007,1997,2605,2003,3000,1012,102]],"model":"m","encoding_format":"base64"}""");
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement item = answer.RootElement.GetProperty("data")[0];
        reference.ExpectMatch(MemoryMarshal.Cast<byte, float>(item.GetProperty("embedding").GetBytesFromBase64()));
        Assert.Equal(9, answer.RootElement.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Refusals_are_clear_and_the_server_goes_on()
    {
        await using PublishedServer server = await StartAsync();
        await ExpectErrorAsync(server, "/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}]}""", "unsupported_value");
        await ExpectErrorAsync(server, "/v1/embeddings", $$"""{"input":["a","{{string.Concat(Enumerable.Repeat("sea ", 600))}}"]}""", "context_length_exceeded");
        await ExpectErrorAsync(server, "/v1/embeddings", """{"input":[99999999]}""", "invalid_value");
        await ExpectErrorAsync(server, "/v1/embeddings", """{"input":"a","dimensions":385}""", "invalid_value");
        using HttpResponseMessage next = await server.PostAsync("/v1/embeddings", """{"input":"a"}""");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);

        await using PublishedServer chat = await PublishedServer.StartAsync();
        await ExpectErrorAsync(chat, "/v1/embeddings", """{"input":"a"}""", "unsupported_value");
    }

    [Fact]
    public async Task The_MCP_client_for_NET_calls_embed()
    {
        List<EmbeddingReference> references = EmbeddingReference.Load();
        await using PublishedServer server = await StartAsync();
        await using McpClient client = await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri($"http://127.0.0.1:{server.McpPort}/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
        }));
        IList<McpClientTool> tools = await client.ListToolsAsync();
        Assert.Equal(["embed", "tokenize", "count_tokens", "model_info"], tools.Select(tool => tool.Name));
        var result = await client.CallToolAsync("embed", new Dictionary<string, object?> { ["input"] = references[0].Text });
        Assert.NotEqual(true, result.IsError);
        references[0].ExpectMatch(Floats(result.StructuredContent!.Value.GetProperty("embeddings")[0]));
    }

    [Fact]
    public async Task The_random_model_embeds_too()
    {
        await using PublishedServer server = await PublishedServer.StartAsync(RepositoryFiles.Shared("models/random-embed-1m-q8_0.gguf"));
        using HttpResponseMessage response = await server.PostAsync("/v1/embeddings", """{"input":["hello","a longer text"]}""");
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(2, answer.RootElement.GetProperty("data").GetArrayLength());
        Assert.Equal(128, Floats(answer.RootElement.GetProperty("data")[1].GetProperty("embedding")).Length);
    }

    private static Task<PublishedServer> StartAsync() => PublishedServer.StartAsync(RepositoryFiles.Shared(EmbeddingReference.Model));

    private static EmbeddingClient CreateClient(PublishedServer server) => new(
        "any", new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri($"http://127.0.0.1:{server.Port}/v1") });

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetSingle())];

    private static async Task ExpectErrorAsync(PublishedServer server, string path, string body, string code)
    {
        using HttpResponseMessage response = await server.PostAsync(path, body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(code, document.RootElement.GetProperty("error").GetProperty("code").GetString());
    }
}
