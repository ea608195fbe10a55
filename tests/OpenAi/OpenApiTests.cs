using System.Text.Json;

namespace MistralServe.Tests.OpenAi;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_describes_every_route_and_record()
    {
        await using RestServer server = await RestServer.StartAsync();
        using JsonDocument document = JsonDocument.Parse(await server.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        JsonElement paths = document.RootElement.GetProperty("paths");
        Assert.Equal(["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/models", "/v1/models/{id}"], paths.EnumerateObject().Select(p => p.Name));

        JsonElement chat = paths.GetProperty("/v1/chat/completions").GetProperty("post");
        Assert.Equal("createChatCompletion", chat.GetProperty("operationId").GetString());
        Assert.Equal(
            "#/components/schemas/ChatCompletionRequest",
            chat.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
        JsonElement answers = chat.GetProperty("responses");
        Assert.Equal(["200", "400", "408", "413", "415", "500", "503"], answers.EnumerateObject().Select(p => p.Name).Order());
        Assert.True(answers.GetProperty("200").GetProperty("content").TryGetProperty("text/event-stream", out _));

        JsonElement completion = paths.GetProperty("/v1/completions").GetProperty("post");
        Assert.Equal("createCompletion", completion.GetProperty("operationId").GetString());
        Assert.True(completion.GetProperty("responses").GetProperty("200").GetProperty("content").TryGetProperty("text/event-stream", out _));

        JsonElement embeddings = paths.GetProperty("/v1/embeddings").GetProperty("post");
        Assert.Equal("createEmbedding", embeddings.GetProperty("operationId").GetString());

        JsonElement schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        JsonElement request = schemas.GetProperty("ChatCompletionRequest");
        Assert.Equal(["messages"], request.GetProperty("required").EnumerateArray().Select(r => r.GetString()));
        JsonElement temperature = request.GetProperty("properties").GetProperty("temperature");
        Assert.Equal(2, temperature.GetProperty("maximum").GetDouble());
        Assert.NotEqual("", temperature.GetProperty("description").GetString());
        JsonElement text = schemas.GetProperty("CompletionRequest");
        Assert.Equal(["prompt"], text.GetProperty("required").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(8, text.GetProperty("properties").GetProperty("n").GetProperty("maximum").GetInt32());
        JsonElement embedding = schemas.GetProperty("EmbeddingRequest");
        Assert.Equal(["input"], embedding.GetProperty("required").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(1, embedding.GetProperty("properties").GetProperty("dimensions").GetProperty("minimum").GetInt32());
        Assert.Equal(
            ["message", "type", "param", "code"],
            schemas.GetProperty("ErrorBody").GetProperty("required").EnumerateArray().Select(r => r.GetString()));
    }
}
