using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Embedding;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

public sealed class EmbedToolTests
{
    [Fact]
    public async Task The_result_is_data_and_the_same_JSON_as_text()
    {
        EmbeddingQuery? seen = null;
        await using McpTestServer server = await StartAsync(query =>
        {
            seen = query;
            return new EmbeddingOutcome(new EmbeddingAnswer([[0.6f, 0.8f], [1, 0]], 7), null);
        });
        JsonElement result = (await CallAsync(server, """{"input":["a","b c"],"dimensions":2,"unknown":1}""")).Result;
        Assert.False(result.GetProperty("isError").GetBoolean());
        JsonElement content = result.GetProperty("structuredContent");
        Assert.Equal("""{"model":"test-model","embeddings":[[0.6,0.8],[1,0]],"usage":{"prompt_tokens":7,"total_tokens":7}}""", content.GetRawText());
        JsonElement block = Assert.Single(result.GetProperty("content").EnumerateArray());
        Assert.Equal(content.GetRawText(), block.GetProperty("text").GetString());
        Assert.Equal([new EmbeddingInput("a", null), new EmbeddingInput("b c", null)], seen!.Inputs);
        Assert.Equal(2, seen.Dimensions);
    }

    [Fact]
    public async Task The_tool_is_listed_with_its_output_schema()
    {
        await using McpTestServer server = await StartAsync(_ => throw new NotSupportedException("not called"));
        JsonElement tools = (await server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}""")).Result.GetProperty("tools");
        Assert.Equal(["embed", "model_info"], tools.EnumerateArray().Select(tool => tool.GetProperty("name").GetString()));
        Assert.Equal(
            ["model", "embeddings", "usage"],
            tools[0].GetProperty("outputSchema").GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        Assert.True(tools[0].GetProperty("annotations").GetProperty("idempotentHint").GetBoolean());
    }

    [Theory]
    [InlineData("{}", "input")]
    [InlineData("""{"input":[]}""", "input")]
    [InlineData("""{"input":["a",""]}""", "input[1]")]
    [InlineData("""{"input":"a","dimensions":0}""", "dimensions")]
    [InlineData("""{"input":"a","encoding_format":"base64"}""", "encoding_format")]
    public async Task Bad_values_are_results_that_name_the_field(string arguments, string field)
    {
        await using McpTestServer server = await StartAsync(_ => throw new NotSupportedException("not reached"));
        ExpectFailure(await CallAsync(server, arguments), field);
    }

    [Fact]
    public async Task Failures_of_the_engine_are_results_without_data()
    {
        var failure = new EngineFailure(EngineFailureCode.ContextLengthExceeded, "input[0] has 600 tokens.", "input[0]");
        await using McpTestServer server = await StartAsync(_ => new EmbeddingOutcome(null, failure));
        ExpectFailure(await CallAsync(server, """{"input":"a"}"""), failure.Message);
    }

    private static void ExpectFailure(McpTestServer.Answer answer, string text)
    {
        Assert.True(answer.Result.GetProperty("isError").GetBoolean());
        Assert.False(answer.Result.TryGetProperty("structuredContent", out _));
        Assert.Contains(text, answer.Result.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    private static Task<McpTestServer> StartAsync(Func<EmbeddingQuery, EmbeddingOutcome> embed) => McpTestServer.StartAsync(
        [
            new EmbedTool(McpTestServer.Model.Id, (query, _) => ValueTask.FromResult(embed(query))),
            new ModelInfoTool(McpTestServer.Model with { Capabilities = ModelCapabilities.Embedding }, 512),
        ]);

    private static Task<McpTestServer.Answer> CallAsync(McpTestServer server, string arguments) =>
        server.PostAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"embed","arguments":""" + arguments + "}}");
}
