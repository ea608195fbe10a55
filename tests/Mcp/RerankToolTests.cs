using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Ranking;
using MistralServe.Json;
using MistralServe.Mcp.Tools;
using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.Mcp;

public sealed class RerankToolTests
{
    private static readonly RankAnswer Answer = new([new RankedDocument(1, 0.5f), new RankedDocument(0, -2.25f)], 9);

    [Fact]
    public async Task The_result_is_data_and_the_same_JSON_as_text()
    {
        RankQuery? seen = null;
        await using McpTestServer server = await StartAsync(query =>
        {
            seen = query;
            return new RankOutcome(Answer, null);
        });
        JsonElement result = (await CallAsync(server, """{"query":"q","documents":["a","b"],"top_n":2,"unknown":1}""")).Result;
        Assert.False(result.GetProperty("isError").GetBoolean());
        JsonElement content = result.GetProperty("structuredContent");
        Assert.Equal(
            """{"model":"test-model","results":[{"index":1,"relevance_score":0.5},{"index":0,"relevance_score":-2.25}],"usage":{"prompt_tokens":9,"total_tokens":9}}""",
            content.GetRawText());
        Assert.Equal(content.GetRawText(), Assert.Single(result.GetProperty("content").EnumerateArray()).GetProperty("text").GetString());
        Assert.Equal("q", seen!.Query);
        Assert.Equal(2, seen.Top);
        Assert.Equal(["a", "b"], seen.Documents);
    }

    [Theory]
    [InlineData("""{"query":"q","documents":["a","b"]}""")]
    [InlineData("""{"query":"q","documents":["a","b"],"return_documents":true}""")]
    public async Task The_result_is_valid_in_the_schema_of_the_tool(string arguments)
    {
        string schemas = RepositoryFiles.Shared("data/mcp-schema");
        await using McpTestServer server = await StartAsync(_ => new RankOutcome(Answer, null));
        string content = (await CallAsync(server, arguments)).Result.GetProperty("structuredContent").GetRawText();
        string tool = JsonSerializer.Serialize(CreateTool(_ => new RankOutcome(Answer, null)).Definition, McpJsonContext.Default.ToolDefinition);
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $$"""[{"type":"tool","message":{{tool}},"arguments":{{arguments}},"structuredContent":{{content}}}]""");
            Assert.Contains("1 messages", await NodeEnvironment.RunInAsync("mcp", "validate.mjs", schemas, file), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_tool_is_listed_with_its_output_schema()
    {
        await using McpTestServer server = await StartAsync(_ => throw new NotSupportedException("not called"));
        JsonElement tool = (await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}""")).Result.GetProperty("tools")[0];
        Assert.Equal("rerank", tool.GetProperty("name").GetString());
        Assert.Equal(["model", "results", "usage"], tool.GetProperty("outputSchema").GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        Assert.True(tool.GetProperty("annotations").GetProperty("idempotentHint").GetBoolean());
    }

    [Theory]
    [InlineData("{}", "query")]
    [InlineData("""{"query":"q"}""", "documents")]
    [InlineData("""{"query":"q","documents":[]}""", "documents")]
    [InlineData("""{"query":"q","documents":["a",5]}""", "documents[1]")]
    [InlineData("""{"query":"q","documents":["a"],"top_n":0}""", "top_n")]
    public async Task Bad_values_are_results_that_name_the_field(string arguments, string field)
    {
        await using McpTestServer server = await StartAsync(_ => throw new NotSupportedException("not reached"));
        ExpectFailure(await CallAsync(server, arguments), field);
    }

    [Fact]
    public async Task Failures_of_the_engine_are_results_without_data()
    {
        var failure = new EngineFailure(EngineFailureCode.ContextLengthExceeded, "documents[0] has 600 tokens with the query.", "documents[0]");
        await using McpTestServer server = await StartAsync(_ => new RankOutcome(null, failure));
        ExpectFailure(await CallAsync(server, """{"query":"q","documents":["a"]}"""), failure.Message);
    }

    private static void ExpectFailure(McpTestServer.Answer answer, string text)
    {
        Assert.True(answer.Result.GetProperty("isError").GetBoolean());
        Assert.False(answer.Result.TryGetProperty("structuredContent", out _));
        Assert.Contains(text, answer.Result.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    private static RerankTool CreateTool(Func<RankQuery, RankOutcome> rank) => new(McpTestServer.Model.Id, (query, _) => ValueTask.FromResult(rank(query)));

    private static Task<McpTestServer> StartAsync(Func<RankQuery, RankOutcome> rank) => McpTestServer.StartAsync([CreateTool(rank)]);

    private static Task<McpTestServer.Answer> CallAsync(McpTestServer server, string arguments) =>
        server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rerank","arguments":""" + arguments + "}}");
}
