using System.Text.Json;

namespace MistralServe.Tests.OpenAi;

/// <summary>The OpenAPI document. That answers are as it says is held against all recorded ones, see <see cref="SchemaTests"/>.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_lists_every_route_with_its_answers()
    {
        await using RestServer server = await RestServer.StartAsync();
        JsonElement document = (await ApiServer.GetAsync(server, "/openapi/v1.json")).Body;
        Assert.Equal("3.1.0", document.Text("openapi"));
        JsonElement paths = document.GetProperty("paths");
        string[] expected =
        [
            "POST /detokenize", "GET /props", "POST /tokenize", "POST /v1/chat/completions", "POST /v1/chat/completions/input_tokens", "POST /v1/completions",
            "POST /v1/embeddings", "POST /v1/rerank", "POST /v1/messages", "POST /v1/messages/count_tokens", "GET /v1/models", "GET /v1/models/{id}", "POST /v1/responses",
            "POST /v1/responses/input_tokens", "GET /v1/responses/{id}", "DELETE /v1/responses/{id}", "POST /v1/responses/{id}/cancel",
            "GET /v1/responses/{id}/input_items",
        ];
        List<string> routes = [.. paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"))];
        Assert.Empty(expected.Except(routes));

        foreach (JsonElement operation in paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(method => method.Value))
        {
            Assert.NotEmpty(operation.Text("operationId"));
            Assert.NotEmpty(operation.Text("summary"));
            Assert.NotEmpty(operation.GetProperty("tags").EnumerateArray());
            JsonElement answers = operation.GetProperty("responses");
            Assert.All((string[])["200", "401", "403", "500"], status => Assert.True(answers.TryGetProperty(status, out _)));
            Assert.Equal(operation.TryGetProperty("requestBody", out _), answers.TryGetProperty("415", out _));
        }

        List<string> ids = [.. paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(method => method.Value.Text("operationId"))];
        Assert.Equal(ids.Distinct().Count(), ids.Count);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "ChatCompletionRequest", "ChatCompletion", "ChatCompletionChunk")]
    [InlineData("/v1/completions", "CompletionRequest", "TextCompletion", "TextCompletionChunk")]
    [InlineData("/v1/responses", "ResponseRequest", "ResponseObject", "ResponseEvent")]
    [InlineData("/v1/messages", "MessagesRequest", "MessagesAnswer", "MessagesEvent")]
    public async Task An_answer_may_be_an_object_or_a_stream(string path, string request, string whole, string part)
    {
        await using RestServer server = await RestServer.StartAsync();
        JsonElement operation = (await ApiServer.GetAsync(server, "/openapi/v1.json")).Body.GetProperty("paths").GetProperty(path).GetProperty("post");
        Assert.Equal(request, Name(operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json")));
        JsonElement content = operation.GetProperty("responses").GetProperty("200").GetProperty("content");
        Assert.Equal(whole, Name(content.GetProperty("application/json")));
        Assert.Equal(part, Name(content.GetProperty("text/event-stream")));

        static string Name(JsonElement media) => media.GetProperty("schema").Text("$ref").Split('/')[^1];
    }

    [Fact]
    public async Task Schemas_have_what_is_required_bounds_and_descriptions()
    {
        await using RestServer server = await RestServer.StartAsync();
        JsonElement document = (await ApiServer.GetAsync(server, "/openapi/v1.json")).Body;
        JsonElement schemas = document.GetProperty("components").GetProperty("schemas");
        JsonElement request = schemas.GetProperty("ChatCompletionRequest");
        Assert.Equal(["messages"], Required(request));
        JsonElement temperature = request.GetProperty("properties").GetProperty("temperature");
        Assert.Equal(2, temperature.GetProperty("maximum").GetDouble());
        Assert.NotEmpty(temperature.Text("description"));
        Assert.Equal(["prompt"], Required(schemas.GetProperty("CompletionRequest")));
        Assert.Equal(["input"], Required(schemas.GetProperty("EmbeddingRequest")));
        Assert.Equal(["message", "type", "param", "code"], Required(schemas.GetProperty("ErrorBody")));
        Assert.Contains("output", Required(schemas.GetProperty("ResponseObject")));
        Assert.DoesNotContain("user", Required(schemas.GetProperty("ResponseObject")));
        Assert.Equal(4, schemas.GetProperty("ResponseItem").GetProperty("anyOf").GetArrayLength());
        CheckReferences(document, schemas);

        static List<string> Required(JsonElement schema) => [.. schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()!)];
    }

    private static void CheckReferences(JsonElement node, JsonElement schemas)
    {
        if (node.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement element in node.EnumerateArray())
            {
                CheckReferences(element, schemas);
            }
        }
        else if (node.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in node.EnumerateObject())
            {
                if (property.Name == "$ref")
                {
                    Assert.StartsWith("#/components/schemas/", property.Value.GetString(), StringComparison.Ordinal);
                    Assert.True(schemas.TryGetProperty(property.Value.GetString()!.Split('/')[^1], out _), property.Value.GetString());
                }

                CheckReferences(property.Value, schemas);
            }
        }
    }
}
