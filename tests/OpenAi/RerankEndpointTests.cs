using System.Net;
using System.Text;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.OpenAi;

/// <summary>POST /v1/rerank down to an engine whose model is a script: a pair's score is its number of tokens.</summary>
public sealed class RerankEndpointTests
{
    public static TheoryData<string, string, string?> Mistakes => new()
    {
        { "{", "invalid_json", null },
        { "[]", "invalid_type", null },
        { "{}", "missing_required_parameter", "query" },
        { """{"documents":["a"]}""", "missing_required_parameter", "query" },
        { """{"query":null,"documents":["a"]}""", "missing_required_parameter", "query" },
        { """{"query":"","documents":["a"]}""", "invalid_value", "query" },
        { """{"query":5,"documents":["a"]}""", "invalid_type", "query" },
        { """{"query":["a"],"documents":["a"]}""", "invalid_type", "query" },
        { """{"query":"a"}""", "missing_required_parameter", "documents" },
        { """{"query":"a","documents":[]}""", "invalid_value", "documents" },
        { """{"query":"a","documents":"a"}""", "invalid_type", "documents" },
        { """{"query":"a","documents":["a",""]}""", "invalid_value", "documents[1]" },
        { """{"query":"a","documents":["a",5]}""", "invalid_type", "documents[1]" },
        { """{"query":"a","documents":["a",null]}""", "invalid_type", "documents[1]" },
        { """{"query":"a","documents":[["a"]]}""", "invalid_type", "documents[0]" },
        { """{"query":"a","documents":[{}]}""", "missing_required_parameter", "documents[0].text" },
        { """{"query":"a","documents":[{"text":1}]}""", "invalid_type", "documents[0].text" },
        { """{"query":"a","documents":[{"text":""}]}""", "invalid_value", "documents[0].text" },
        { """{"query":"a","documents":["a"],"top_n":0}""", "invalid_value", "top_n" },
        { """{"query":"a","documents":["a"],"top_n":-1}""", "invalid_value", "top_n" },
        { """{"query":"a","documents":["a"],"top_n":1.5}""", "invalid_type", "top_n" },
        { """{"query":"a","documents":["a"],"top_n":"1"}""", "invalid_type", "top_n" },
        { """{"query":"a","documents":["a"],"return_documents":1}""", "invalid_type", "return_documents" },
        { """{"query":"a","documents":["a"],"model":1}""", "invalid_type", "model" },
        { """{"query":"a","query":"b","documents":["a"]}""", "invalid_value", "query" },
        { """{"query":"\ud800","documents":["a"]}""", "invalid_json", null },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Mistakes_are_400_with_code_and_param(string body, string code, string? param)
    {
        await using RestServer server = await StartAsync();
        using HttpResponseMessage answer = await SendAsync(server, body);
        await ErrorAssert.IsErrorAsync(answer, 400, code, param);
    }

    [Theory]
    [InlineData("/v1/rerank")]
    [InlineData("/rerank")]
    [InlineData("/v2/rerank")]
    [InlineData("/reranking")]
    [InlineData("/v1/reranking")]
    public async Task Documents_are_sorted_best_first_and_equal_ones_stay_in_order(string path)
    {
        await using RestServer server = await StartAsync();
        string body = await TextAsync(server, """{"query":"q","documents":["bb","a",{"text":"cccc","title":"t"},"dd"],"model":"any","max_chunks_per_doc":1}""", path);

        // [CLS] q [SEP] and the document with its [SEP].
        Assert.Equal(
            """{"object":"list","model":"none","results":[{"index":2,"relevance_score":8},{"index":0,"relevance_score":6},{"index":3,"relevance_score":6},{"index":1,"relevance_score":5}],"""
            + "\"usage\":{\"prompt_tokens\":25,\"total_tokens\":25}}",
            body);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("3", 3)]
    [InlineData("4.0", 3)]
    [InlineData("1e30", 3)]
    [InlineData("null", 3)]
    public async Task Only_the_best_are_answered_and_all_are_counted(string top, int count)
    {
        await using RestServer server = await StartAsync();
        using JsonDocument body = JsonDocument.Parse(await TextAsync(server, $$"""{"query":"q","documents":["a","bb","ccc"],"top_n":{{top}}}"""));
        Assert.Equal(
            new[] { 2, 1, 0 }.Take(count), body.RootElement.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("index").GetInt32()));
        Assert.Equal(18, body.RootElement.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Documents_are_repeated_on_request()
    {
        await using RestServer server = await StartAsync();
        string body = await TextAsync(server, """{"query":"q","documents":["a",{"text":"é b"}],"return_documents":true}""");
        Assert.Contains("""[{"index":1,"relevance_score":7,"document":{"text":"é b"}},{"index":0,"relevance_score":5,"document":{"text":"a"}}]""", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("q", 60, 0, true, null)]
    [InlineData("q", 61, 0, false, "documents[1]")]
    [InlineData("q", 100_000, 0, false, "documents[1]")]
    [InlineData("q", 1, 62, false, "query")]
    [InlineData("q", 1, 100_000, false, "query")]
    public async Task A_pair_longer_than_the_context_is_400_and_not_cut(string query, int letters, int queryLetters, bool fits, string? param)
    {
        await using RestServer server = await StartAsync();
        using HttpResponseMessage answer = await SendAsync(
            server, $$"""{"query":"{{query + new string('q', queryLetters)}}","documents":["a","{{new string('a', letters)}}"]}""");
        if (fits)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return;
        }

        string message = await ErrorAssert.IsErrorAsync(answer, 400, "context_length_exceeded", param);
        Assert.StartsWith($"{param} has ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2048, 1, null)]
    [InlineData(2049, 1, "invalid_value")]
    [InlineData(2048, 59, null)]
    public async Task Documents_are_counted(int count, int letters, string? code)
    {
        await using RestServer server = await StartAsync();
        string document = $"\"{new string('a', letters)}\"";
        using HttpResponseMessage answer = await SendAsync(server, $$"""{"query":"q","documents":[{{string.Join(',', Enumerable.Repeat(document, count))}}]}""");
        if (code is null)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        else
        {
            await ErrorAssert.IsErrorAsync(answer, 400, code, "documents");
        }
    }

    [Fact]
    public async Task Tokens_of_a_request_are_bounded()
    {
        await using RestServer server = await StartAsync(new ScriptedEmbeddingRunner(contextLength: 512, batchSize: 512) { Embed = tokens => [tokens.Length] }, contextLength: 512);
        string document = $"\"{new string('a', 500)}\"";
        using HttpResponseMessage answer = await SendAsync(server, $$"""{"query":"q","documents":[{{string.Join(',', Enumerable.Repeat(document, 600))}}]}""");
        string message = await ErrorAssert.IsErrorAsync(answer, 400, "invalid_value", "documents");
        Assert.Contains("documents[595]", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_rank_says_so()
    {
        await using RestServer server = await RestServer.StartAsync();
        using HttpResponseMessage answer = await SendAsync(server, """{"query":"q","documents":["a"]}""");
        string message = await ErrorAssert.IsErrorAsync(answer, 400, "unsupported_value", "model");
        Assert.Contains("cannot rank documents", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}]}""")]
    [InlineData("/v1/completions", """{"prompt":"hi"}""")]
    [InlineData("/v1/embeddings", """{"input":"hi"}""")]
    public async Task A_model_that_only_ranks_refuses_the_rest(string path, string body)
    {
        await using RestServer server = await StartAsync();
        using HttpResponseMessage answer = await SendAsync(server, body, path);
        await ErrorAssert.IsErrorAsync(answer, 400, "unsupported_value", path.EndsWith("embeddings", StringComparison.Ordinal) ? "model" : null);
    }

    [Fact]
    public async Task A_score_that_is_no_number_is_500_and_not_null()
    {
        await using RestServer server = await StartAsync(new ScriptedEmbeddingRunner { Embed = _ => [float.NaN] });
        using HttpResponseMessage answer = await SendAsync(server, """{"query":"q","documents":["a"]}""");
        await ErrorAssert.IsErrorAsync(answer, 500, "internal_error");
    }

    [Fact]
    public async Task Few_documents_are_not_kept_waiting_by_many_and_a_client_that_goes_away_cancels_the_rest()
    {
        const int Many = 1000;
        using var started = new ManualResetEventSlim();
        var runner = new ScriptedEmbeddingRunner { Embed = tokens => [tokens.Length] };
        runner.OnCompute = _ =>
        {
            started.Set();
            Thread.Sleep(20);
            return DecodeResult.Done;
        };
        await using RestServer server = await StartAsync(runner);
        using var gone = new CancellationTokenSource();
        using var content = new StringContent(
            $$"""{"query":"q","documents":[{{string.Join(',', Enumerable.Repeat("\"aaaaaaaaaaaaaaa\"", Many))}}]}""", Encoding.UTF8, "application/json");
        Task<HttpResponseMessage> call = server.Client.PostAsync(new Uri("/v1/rerank", UriKind.Relative), content, gone.Token);
        Assert.True(await Task.Run(() => started.Wait(TimeSpan.FromSeconds(10))));
        Assert.Contains("results", await TextAsync(server, """{"query":"q","documents":["z"]}"""), StringComparison.Ordinal);
        Assert.False(call.IsCompleted);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await server.WaitIdleAsync();

        Assert.InRange(runner.Calls.Sum(inputs => inputs.Length), 2, Many - 1);
    }

    private static Task<RestServer> StartAsync(ScriptedEmbeddingRunner? runner = null, int contextLength = 64) => RestServer.StartAsync(
        runner: runner ?? new ScriptedEmbeddingRunner { Embed = tokens => [tokens.Length] }, capabilities: ModelCapabilities.Ranking,
        options: new EngineOptions { ContextLength = contextLength });

    private static Task<string> TextAsync(RestServer server, string body, string path = "/v1/rerank") => server.PostForTextAsync(path, body);

    private static Task<HttpResponseMessage> SendAsync(RestServer server, string body, string path = "/v1/rerank") => server.PostAsync(path, body);
}
