using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Mcp.Tools;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.Mcp;

/// <summary>The tools <c>complete</c>, <c>tokenize</c> and <c>count_tokens</c>.</summary>
public sealed class TextToolTests
{
    [Theory]
    [InlineData("""{"prompt":"Once","maxTokens":5}""", 5)]
    [InlineData("""{"prompt":"Once","max_tokens":7,"maxTokens":7,"stream":true}""", 7)]
    [InlineData("""{"prompt":"Once"}""", 16)]
    public async Task Complete_continues_a_prompt(string arguments, int limit)
    {
        IReadOnlyList<CompletionGeneration>? seen = null;
        await using McpTestServer server = await McpTestServer.StartAsync([new CompleteTool("test-model", 512, (requests, _) =>
        {
            seen = requests;
            return new(Play(" upon", " a time"));
        })]);
        JsonElement result = await CallAsync(server, "complete", arguments);
        Assert.Equal(" upon a time", result.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal("length", result.GetProperty("_meta").GetProperty("dev.mistralserve/finish_reason").GetString());
        Assert.Equal(("Once", limit), (Assert.Single(seen!).Text, seen![0].MaxTokens));
    }

    [Theory]
    [InlineData("{}", "prompt")]
    [InlineData("""{"prompt":"a","maxTokens":5,"max_tokens":6}""", "maxTokens")]
    [InlineData("""{"prompt":"a","maxTokens":-1}""", "maxTokens")]
    [InlineData("""{"prompt":"a","echo":true}""", "echo")]
    [InlineData("""{"prompt":"a","temperature":-1}""", "temperature")]
    public async Task Complete_names_the_field(string arguments, string field)
    {
        await using McpTestServer server = await McpTestServer.StartAsync([new CompleteTool("test-model", 512, FakeServices.Create().Complete)]);
        await ExpectErrorAsync(server, "complete", arguments, field);
    }

    [Fact]
    public async Task Tokens_are_given_and_counted()
    {
        ChatGeneration? conversation = null;
        ToolServices services = FakeServices.Create(
            vocabulary: (_, _) => new(new VocabularyResult(new ScriptedRunner(_ => 0), null)),
            countChat: (request, _) =>
            {
                conversation = request;
                return new((42, null));
            });
        await using McpTestServer server = await McpTestServer.StartAsync([new TokenizeTool(services.Vocabulary), new CountTokensTool(services)]);
        JsonElement tokens = (await CallAsync(server, "tokenize", """{"content":"ab"}""")).GetProperty("structuredContent");
        Assert.Equal("""{"tokens":[97,98],"count":2}""", tokens.GetRawText());
        JsonElement count = (await CallAsync(server, "count_tokens", """{"content":"abc","messages":null}""")).GetProperty("structuredContent");
        Assert.Equal("""{"count":3}""", count.GetRawText());
        count = (await CallAsync(server, "count_tokens", """{"messages":[{"role":"user","content":"hi"}]}""")).GetProperty("structuredContent");
        Assert.Equal("""{"count":42}""", count.GetRawText());
        Assert.Equal("hi", Assert.Single(conversation!.Messages).Content);
        await ExpectErrorAsync(server, "tokenize", "{}", "content");
        await ExpectErrorAsync(server, "tokenize", """{"content":"a","with_pieces":true}""", "with_pieces");
        await ExpectErrorAsync(server, "count_tokens", "{}", "messages");
        await ExpectErrorAsync(server, "count_tokens", """{"content":"a","messages":[{"role":"user","content":"hi"}]}""", "either");
        await ExpectErrorAsync(server, "count_tokens", """{"messages":[]}""", "messages");
    }

    [Fact]
    public async Task Failures_of_the_engine_are_results()
    {
        var failure = new EngineFailure(EngineFailureCode.QueueFull, "Full.", RetryAfter: TimeSpan.FromSeconds(3));
        ToolServices services = FakeServices.Create(
            vocabulary: (_, _) => new(new VocabularyResult(null, failure)), countChat: (_, _) => new((null, failure)), complete: (_, _) => new(new StartResult(null, failure)));
        await using McpTestServer server = await McpTestServer.StartAsync(
            [new TokenizeTool(services.Vocabulary), new CountTokensTool(services), new CompleteTool("m", 512, services.Complete)]);
        await ExpectErrorAsync(server, "tokenize", """{"content":"a"}""", "retry in 3 s");
        await ExpectErrorAsync(server, "count_tokens", """{"content":"a"}""", "retry in 3 s");
        await ExpectErrorAsync(server, "count_tokens", """{"messages":[{"role":"user","content":"a"}]}""", "retry in 3 s");
        await ExpectErrorAsync(server, "complete", """{"prompt":"a"}""", "retry in 3 s");
    }

    private static StartResult Play(params string[] parts)
    {
        var channel = Channel.CreateUnbounded<GenerationEvent>();
        for (int i = 0; i < parts.Length; i++)
        {
            channel.Writer.TryWrite(new GenerationEvent { Kind = GenerationEventKind.Text, Text = Encoding.UTF8.GetBytes(parts[i]), Usage = new(3, 0, i + 1) });
        }

        channel.Writer.TryWrite(new GenerationEvent { Kind = GenerationEventKind.Finished, FinishReason = FinishReason.Length, Usage = new(3, 0, parts.Length) });
        channel.Writer.Complete();
        return new(new Generation(3, channel.Reader, () => { }), null);
    }

    private static async Task<JsonElement> CallAsync(McpTestServer server, string tool, string arguments) =>
        (await server.PostAsync($$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}}}}""")).Result;

    private static async Task ExpectErrorAsync(McpTestServer server, string tool, string arguments, string text)
    {
        JsonElement result = await CallAsync(server, tool, arguments);
        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.Contains(text, result.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }
}
