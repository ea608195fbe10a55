using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Mcp.Tools;
using MistralServe.Tests.OpenAi;

namespace MistralServe.Tests.Mcp;

public sealed class ChatToolTests
{
    private const string Messages = """
        "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello, what’s the time?"}]
        """;

    [Fact]
    public async Task The_answer_is_one_block_with_usage_beside_it()
    {
        var engine = new ScriptedEngine(Text("Three "), Text("o’clock"), Finished(FinishReason.EndOfGeneration));
        await using McpTestServer server = await StartAsync(engine);
        JsonElement result = (await CallAsync(server, $$"""{{{Messages}},"temperature":0.5,"seed":7,"stop":"x","unknown":[1]}""")).Result;

        JsonElement block = Assert.Single(result.GetProperty("content").EnumerateArray());
        Assert.Equal("Three o’clock", block.GetProperty("text").GetString());
        Assert.False(result.GetProperty("isError").GetBoolean());
        Assert.False(result.TryGetProperty("structuredContent", out _));
        JsonElement meta = result.GetProperty("_meta");
        Assert.Equal("test-model", meta.GetProperty("dev.mistralserve/model").GetString());
        Assert.Equal("stop", meta.GetProperty("dev.mistralserve/finish_reason").GetString());
        JsonElement usage = meta.GetProperty("dev.mistralserve/usage");
        Assert.Equal(20, usage.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(3, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(23, usage.GetProperty("total_tokens").GetInt32());
        Assert.Equal(8, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());

        ChatGeneration request = engine.Request!;
        Assert.Equal([new("system", "Be brief."), new("user", "Hello, what’s the time?")], request.Messages);
        Assert.Equal("alice", request.Principal);
        Assert.Equal(0.5f, request.Sampling.Temperature);
        Assert.Equal(7, request.Sampling.Seed);
        Assert.Equal(["x"], request.StopStrings);
        Assert.Null(request.MaxTokens);
        Assert.True(engine.Disposed);
    }

    [Theory]
    [InlineData(FinishReason.EndOfGeneration, "stop")]
    [InlineData(FinishReason.StopString, "stop")]
    [InlineData(FinishReason.Length, "length")]
    internal async Task Finish_reasons_are_those_of_openai(FinishReason reason, string expected)
    {
        await using McpTestServer server = await StartAsync(new ScriptedEngine(Finished(reason)));
        JsonElement result = (await CallAsync(server, $"{{{Messages}}}")).Result;
        Assert.Equal(expected, result.GetProperty("_meta").GetProperty("dev.mistralserve/finish_reason").GetString());
        Assert.Equal("", result.GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("\"responseFormat\":{\"type\":\"json_object\"}", OutputFormatKind.JsonObject, "responseFormat")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"},\"responseFormat\":{\"type\":\"json_object\"}", OutputFormatKind.JsonObject, "responseFormat")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{}}}", OutputFormatKind.JsonSchema, "response_format")]
    [InlineData("\"grammar\":\"root ::= [a-z]\"", OutputFormatKind.Grammar, "grammar")]
    internal async Task Output_formats_reach_the_generation(string field, OutputFormatKind kind, string param)
    {
        var engine = new ScriptedEngine(Finished(FinishReason.EndOfGeneration));
        await using McpTestServer server = await StartAsync(engine);
        await CallAsync(server, $"{{{Messages},{field}}}");
        Assert.Equal((kind, param), (engine.Request!.OutputFormat!.Kind, engine.Request.OutputFormat.Param));
    }

    [Fact]
    public async Task Two_names_with_different_formats_are_an_error()
    {
        await using McpTestServer server = await StartAsync(new ScriptedEngine());
        JsonElement result = (await CallAsync(server, $$$"""{{{{Messages}}},"responseFormat":{"type":"text"},"response_format":{"type":"json_object"}}""")).Result;
        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.Contains("responseFormat", result.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"maxTokens\":5")]
    [InlineData("\"max_tokens\":5")]
    [InlineData("\"max_completion_tokens\":5")]
    [InlineData("\"maxTokens\":5,\"max_tokens\":5,\"max_completion_tokens\":5")]
    public async Task All_names_of_the_token_limit_mean_the_same(string limit)
    {
        var engine = new ScriptedEngine(Finished(FinishReason.Length));
        await using McpTestServer server = await StartAsync(engine);
        Assert.False((await CallAsync(server, $"{{{Messages},{limit}}}")).Result.GetProperty("isError").GetBoolean());
        Assert.Equal(5, engine.Request!.MaxTokens);
    }

    [Theory]
    [InlineData("{}", "messages")]
    [InlineData("""{"messages":[]}""", "messages")]
    [InlineData("""{"messages":"hi"}""", "messages")]
    [InlineData("""{"messages":[{"role":"user","content":"a"},{"role":"robot","content":"b"}]}""", "messages[1].role")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"temperature":9}""", "temperature")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"maxTokens":"5"}""", "maxTokens")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"maxTokens":5,"max_tokens":6}""", "max_tokens")]
    public async Task Bad_values_are_results_that_name_the_field(string arguments, string field)
    {
        var engine = new ScriptedEngine();
        await using McpTestServer server = await StartAsync(engine);
        JsonElement result = (await CallAsync(server, arguments)).Result;
        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.Contains(field, result.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Null(engine.Request);
    }

    [Fact]
    public async Task Failures_before_and_during_the_generation_are_results()
    {
        var failure = new EngineFailure(EngineFailureCode.ContextLengthExceeded, "The prompt has 5,000 tokens, the context 4,096.");
        await using McpTestServer refused = await StartAsync(new ScriptedEngine { Refusal = failure });
        ExpectFailure(await CallAsync(refused, $"{{{Messages}}}"), failure.Message);

        var broken = new ScriptedEngine(Text("Three"), new() { Kind = GenerationEventKind.Failed, Failure = failure });
        await using McpTestServer failed = await StartAsync(broken);
        ExpectFailure(await CallAsync(failed, $"{{{Messages}}}"), failure.Message);
        Assert.True(broken.Disposed);

        static void ExpectFailure(McpTestServer.Answer answer, string text)
        {
            Assert.True(answer.Result.GetProperty("isError").GetBoolean());
            Assert.Equal(text, answer.Result.GetProperty("content")[0].GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task A_generation_cancelled_by_the_server_says_so()
    {
        await using McpTestServer server = await StartAsync(new ScriptedEngine(Text("Three"), Finished(FinishReason.Cancelled)));
        McpTestServer.Answer answer = await CallAsync(server, $"{{{Messages}}}");
        Assert.Equal("Request cancelled", answer.ExpectError(200, -32603, "1").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_client_that_goes_away_disposes_its_generation()
    {
        var engine = new ScriptedEngine(Text("Three")) { Endless = true };
        await using McpTestServer server = await StartAsync(engine);
        using var client = new CancellationTokenSource();
        using var content = new StringContent(Call($"{{{Messages}}}"), Encoding.UTF8, "application/json");
        Task<HttpResponseMessage> call = server.Client.PostAsync(server.Endpoint, content, client.Token);
        await engine.Started.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(engine.Disposed);
        await client.CancelAsync();
        await engine.DisposedSignal.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    private static Task<McpTestServer> StartAsync(ScriptedEngine engine) => McpTestServer.StartAsync(
        [new MistralServe.Mcp.Tools.ChatTool(McpTestServer.Model.Id, McpTestServer.Model.VocabularySize, engine.StartAsync)],
        middleware: context => context.Features.Set(new CallerIdentity("alice")));

    private static Task<McpTestServer.Answer> CallAsync(McpTestServer server, string arguments) => server.PostAsync(Call(arguments));

    private static string Call(string arguments) =>
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat","arguments":""" + arguments + "}}";

    private static GenerationEvent Text(string text) =>
        new() { Kind = GenerationEventKind.Text, Text = Encoding.UTF8.GetBytes(text) };

    private static GenerationEvent Finished(FinishReason reason) =>
        new() { Kind = GenerationEventKind.Finished, FinishReason = reason, Usage = new(20, 8, 3) };

    /// <summary>Plays the same events for each chat.</summary>
    private sealed class ScriptedEngine(params GenerationEvent[] events)
    {
        public EngineFailure? Refusal { get; init; }

        public bool Endless { get; init; }

        public ChatGeneration? Request { get; private set; }

        public TaskCompletionSource Started { get; } = new();

        public TaskCompletionSource DisposedSignal { get; } = new();

        public bool Disposed => DisposedSignal.Task.IsCompleted;

        public ValueTask<ChatStartResult> StartAsync(ChatGeneration request, CancellationToken cancellationToken)
        {
            Request = request;
            Started.TrySetResult();
            if (Refusal is not null)
            {
                return new(new ChatStartResult(null, Refusal));
            }

            var channel = Channel.CreateUnbounded<GenerationEvent>();
            foreach (GenerationEvent next in events)
            {
                channel.Writer.TryWrite(next);
            }

            if (!Endless)
            {
                channel.Writer.Complete();
            }

            var generation = new Generation(20, channel.Reader, () => DisposedSignal.TrySetResult());
            return new(new ChatStartResult(new ChatRun(generation, () => new ScriptedParser()), null));
        }
    }
}
