using System.Text.Json;
using MistralServe.OpenAi.Chat;
using MistralServe.OpenAi.Completions;
using MistralServe.OpenAi.Embeddings;
using MistralServe.OpenAi.Messages;
using MistralServe.OpenAi.Rerank;
using MistralServe.OpenAi.Responses;
using MistralServe.OpenAi.Tokens;

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// Tests of the tables of bad requests: every field that a request is read for has a row in the table of its endpoint, or is one of those
/// that cannot be wrong; and every field that OpenAI publishes is read, or is one of those that are ignored by intent.
/// </summary>
public sealed class RequestTableTests
{
    // Hints: whatever they are, they change nothing.
    private static readonly string[] CannotBeWrong = ["id_slot", "n_keep", "priority"];

    private static readonly (string Operation, string[] Read, string[] Ignored)[] Published =
    [
        ("/chat/completions", [.. ChatRequestReader.Names], []),
        ("/completions", [.. CompletionRequestReader.Names], []),
        ("/embeddings", [.. EmbeddingRequestReader.Names], ["user"]),
        ("/responses", [.. ResponseRequestReader.Names], []),
        ("/responses/input_tokens", [.. ResponseRequestReader.Names], ["personality"]),
    ];

    public static TheoryData<string> Endpoints => [.. Tables().Select(table => table.Endpoint)];

    [Theory]
    [MemberData(nameof(Endpoints))]
    public void Every_field_of_a_request_has_a_row(string endpoint)
    {
        (_, IEnumerable<string> names, IEnumerable<string?> rows) = Tables().Single(table => table.Endpoint == endpoint);
        HashSet<string> covered = [.. rows.OfType<string>().Select(param => names.Contains(param) ? param : param.Split('.', '[')[0])];
        Assert.Empty(names.Except(covered).Except(CannotBeWrong).Where(name => !IsOfMcp(name)).Order());
    }

    [Theory]
    [InlineData("/v1/chat/completions/input_tokens", """{"messages":[{"role":"user","content":"a"}],"KEY":VALUE}""")]
    [InlineData("/apply-template", """{"messages":[{"role":"user","content":"a"}],"KEY":VALUE}""")]
    [InlineData("/v1/responses/input_tokens", """{"input":"a","KEY":VALUE}""")]
    [InlineData("/v1/messages/count_tokens", """{"messages":[{"role":"user","content":"a"}],"KEY":VALUE}""")]
    public async Task What_cannot_be_wrong_is_not_and_what_can_is_where_nothing_is_generated_too(string path, string body)
    {
        await using RestServer server = await ApiServer.StartAsync();
        foreach (string name in CannotBeWrong)
        {
            foreach (string value in (string[])["\"x\"", "-1", "{}", "1e999", "[null]"])
            {
                Assert.Equal(200, (await ApiServer.PostAsync(server, path, Fill(body, name, value))).Status);
            }
        }

        (int status, JsonElement answer) = await ApiServer.PostAsync(server, path, Fill(body, "temperature", "5"));
        Assert.Equal(400, status);
        Assert.Contains("temperature", answer.GetProperty("error").Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_field_that_OpenAI_publishes_is_read_or_ignored_by_intent()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.Shared("data/openai-operations.json")));
        foreach ((string operation, string[] read, string[] ignored) in Published)
        {
            JsonElement schema = document.RootElement.GetProperty("paths").GetProperty(operation).GetProperty("post").GetProperty("requestBody")
                .GetProperty("content").GetProperty("application/json").GetProperty("schema");
            var fields = new HashSet<string>(StringComparer.Ordinal);
            Collect(document.RootElement, schema, fields);
            Assert.NotEmpty(fields);
            Assert.True(!fields.Except(read).Except(ignored).Any(), $"{operation}: {string.Join(", ", fields.Except(read).Except(ignored))}");
        }
    }

    private static List<(string Endpoint, IEnumerable<string> Names, IEnumerable<string?> Rows)> Tables() =>
    [
        ("/v1/chat/completions", ChatRequestReader.Names, BadRequestTests.Bodies().Select(row => row.Data.Item3)),
        ("/v1/completions", CompletionRequestReader.Names, BadRequestTests.CompletionBodies().Select(row => row.Data.Item3)),
        ("/v1/embeddings", EmbeddingRequestReader.Names, EmbeddingEndpointTests.Mistakes.Select(row => row.Data.Item3)),
        ("/v1/rerank", RerankRequestReader.Names, RerankEndpointTests.Mistakes.Select(row => row.Data.Item3)),
        ("/v1/responses", ResponseRequestReader.Names, ItemRequestTests.Responses().Select(row => row.Data.Item3)),
        ("/v1/messages", MessagesRequestReader.Names, ItemRequestTests.Messages().Select(row => row.Data.Item3)),
        ("/tokenize", TokenRequestReader.TokenizeNames, ItemRequestTests.Texts.Where(row => row.Data.Item1 == "/tokenize").Select(row => (string?)row.Data.Item4)),
        ("/detokenize", TokenRequestReader.DetokenizeNames, ItemRequestTests.Texts.Where(row => row.Data.Item1 == "/detokenize").Select(row => (string?)row.Data.Item4)),
    ];

    // Names in camel case are read on the MCP port only.
    private static bool IsOfMcp(string name) => name.Any(char.IsUpper);

    private static string Fill(string body, string name, string value) =>
        body.Replace("KEY", name, StringComparison.Ordinal).Replace("VALUE", value, StringComparison.Ordinal);

    // Properties of a schema, through references and parts that belong together.
    private static void Collect(JsonElement document, JsonElement schema, HashSet<string> fields)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            JsonElement target = document;
            foreach (string step in reference.GetString()!.Split('/').Skip(1))
            {
                target = target.GetProperty(step);
            }

            Collect(document, target, fields);
        }

        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            fields.UnionWith(properties.EnumerateObject().Select(property => property.Name));
        }

        if (schema.TryGetProperty("allOf", out JsonElement parts))
        {
            foreach (JsonElement part in parts.EnumerateArray())
            {
                Collect(document, part, fields);
            }
        }
    }
}
