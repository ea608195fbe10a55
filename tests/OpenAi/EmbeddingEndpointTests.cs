using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MistralServe.Inference;
using MistralServe.Inference.Engine;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.OpenAi;

/// <summary>POST /v1/embeddings down to an engine whose model is a script: tokens are bytes between two special ones.</summary>
public sealed class EmbeddingEndpointTests
{
    [Theory]
    [InlineData("\"abc\"", 5)]
    [InlineData("[\"abc\"]", 5)]
    [InlineData("[\"abc\",\"d\",\"e f\"]", 12)]
    [InlineData("[256,97,98,99,257]", 5)]
    [InlineData("[[256,97,98,99,257],[1]]", 6)]
    public async Task Texts_and_tokens_become_vectors_in_order(string input, int promptTokens)
    {
        await using RestServer server = await StartAsync();
        JsonElement body = await PostAsync(server, $$"""{"input":{{input}},"model":"any","user":"u"}""");
        Assert.Equal(["object", "data", "model", "usage"], body.EnumerateObject().Select(property => property.Name));
        Assert.Equal("list", body.GetProperty("object").GetString());
        Assert.Equal("none", body.GetProperty("model").GetString());
        Assert.Equal(promptTokens, body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(promptTokens, body.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        JsonElement[] data = [.. body.GetProperty("data").EnumerateArray()];
        Assert.Equal(Enumerable.Range(0, data.Length), data.Select(item => item.GetProperty("index").GetInt32()));
        Assert.All(data, item => Assert.Equal("embedding", item.GetProperty("object").GetString()));
        Assert.Equal(ScriptedEmbeddingRunner.Expected(ScriptedEmbeddingRunner.TokensOf("abc")), Floats(data[0]), Close);
    }

    [Fact]
    public async Task Base64_is_the_same_floats_in_little_endian()
    {
        await using RestServer server = await StartAsync();
        JsonElement plain = (await PostAsync(server, """{"input":"abc"}""")).GetProperty("data")[0];
        JsonElement encoded = (await PostAsync(server, """{"input":"abc","encoding_format":"base64"}""")).GetProperty("data")[0];
        byte[] bytes = encoded.GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(Floats(plain), MemoryMarshal.Cast<byte, float>(bytes).ToArray());
    }

    [Fact]
    public async Task Dimensions_cut_and_scale_again()
    {
        await using RestServer server = await StartAsync();
        float[] whole = Floats((await PostAsync(server, """{"input":"abc","dimensions":4}""")).GetProperty("data")[0]);
        float[] cut = Floats((await PostAsync(server, """{"input":"abc","dimensions":2}""")).GetProperty("data")[0]);
        float length = MathF.Sqrt(whole[0] * whole[0] + whole[1] * whole[1]);
        Assert.Equal([whole[0] / length, whole[1] / length], cut, Close);
    }

    public static TheoryData<string, string, string?> Mistakes => new()
    {
        { "{", "invalid_json", null },
        { "[]", "invalid_type", null },
        { "{}", "missing_required_parameter", "input" },
        { """{"input":null}""", "missing_required_parameter", "input" },
        { """{"input":""}""", "invalid_value", "input" },
        { """{"input":[]}""", "invalid_value", "input" },
        { """{"input":5}""", "invalid_type", "input" },
        { """{"input":{}}""", "invalid_type", "input" },
        { """{"input":["a",""]}""", "invalid_value", "input[1]" },
        { """{"input":["a",5]}""", "invalid_type", "input[1]" },
        { """{"input":["a",[1]]}""", "invalid_type", "input[1]" },
        { """{"input":[null]}""", "invalid_type", "input[0]" },
        { """{"input":[[1],[]]}""", "invalid_value", "input[1]" },
        { """{"input":[1,"a"]}""", "invalid_type", "input[1]" },
        { """{"input":[1,-5]}""", "invalid_value", "input[1]" },
        { """{"input":[1.5]}""", "invalid_value", "input[0]" },
        { """{"input":[[1],[99999999999]]}""", "invalid_value", "input[1][0]" },
        { """{"input":[1,258]}""", "invalid_value", "input" },
        { """{"input":[[1],[258]]}""", "invalid_value", "input[1]" },
        { """{"input":"a","encoding_format":"int8"}""", "invalid_value", "encoding_format" },
        { """{"input":"a","encoding_format":1}""", "invalid_type", "encoding_format" },
        { """{"input":"a","dimensions":0}""", "invalid_value", "dimensions" },
        { """{"input":"a","dimensions":1.5}""", "invalid_type", "dimensions" },
        { """{"input":"a","dimensions":5}""", "invalid_value", "dimensions" },
        { """{"input":"a","dimensions":1e30}""", "invalid_value", "dimensions" },
        { """{"input":"\ud800"}""", "invalid_json", null },
        { """{"input":"a","model":1}""", "invalid_type", "model" },
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
    [InlineData("[\"a\",\"{0}\"]", 63, "input[1]")]
    [InlineData("\"{0}\"", 100_000, "input")]
    public async Task An_input_longer_than_the_context_is_400_and_not_cut(string input, int letters, string param)
    {
        await using RestServer server = await StartAsync();
        using HttpResponseMessage answer = await SendAsync(server, $$"""{"input":{{input.Replace("{0}", new string('a', letters), StringComparison.Ordinal)}}}""");
        string message = await ErrorAssert.IsErrorAsync(answer, 400, "context_length_exceeded", param);
        Assert.StartsWith($"{param} has ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(2049, false)]
    public async Task Inputs_are_counted(int count, bool fits)
    {
        await using RestServer server = await StartAsync();
        using HttpResponseMessage answer = await SendAsync(server, $$"""{"input":[{{string.Join(',', Enumerable.Repeat("\"a\"", count))}}]}""");
        if (fits)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        else
        {
            await ErrorAssert.IsErrorAsync(answer, 400, "invalid_value", "input");
        }
    }

    [Fact]
    public async Task A_model_that_cannot_embed_says_so()
    {
        await using RestServer server = await RestServer.StartAsync();
        using HttpResponseMessage answer = await SendAsync(server, """{"input":"a"}""");
        string message = await ErrorAssert.IsErrorAsync(answer, 400, "unsupported_value", "model");
        Assert.Contains("cannot make embeddings", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}]}""")]
    [InlineData("/v1/completions", """{"prompt":"hi"}""")]
    public async Task A_model_that_only_embeds_refuses_to_generate(string path, string body)
    {
        await using RestServer server = await StartAsync();
        using HttpResponseMessage answer = await SendAsync(server, body, path);
        await ErrorAssert.IsErrorAsync(answer, 400, "unsupported_value");
    }

    [Fact]
    public async Task A_vector_that_is_no_number_is_500_and_not_null()
    {
        await using RestServer server = await StartAsync(new ScriptedEmbeddingRunner { Embed = _ => [float.NaN, 0, 0, 0] });
        using HttpResponseMessage answer = await SendAsync(server, """{"input":"a"}""");
        await ErrorAssert.IsErrorAsync(answer, 500, "internal_error");
    }

    [Fact]
    public async Task A_client_that_goes_away_cancels_what_is_not_computed()
    {
        const int Inputs = 1000;
        using var started = new ManualResetEventSlim();
        var runner = new ScriptedEmbeddingRunner();
        runner.OnCompute = _ =>
        {
            started.Set();
            Thread.Sleep(20);
            return DecodeResult.Done;
        };
        await using RestServer server = await StartAsync(runner);
        using var gone = new CancellationTokenSource();
        using var content = new StringContent($$"""{"input":[{{string.Join(',', Enumerable.Repeat("\"aaaaaaaaaaaaaaa\"", Inputs))}}]}""", Encoding.UTF8, "application/json");
        Task<HttpResponseMessage> call = server.Client.PostAsync(new Uri("/v1/embeddings", UriKind.Relative), content, gone.Token);
        Assert.True(await Task.Run(() => started.Wait(TimeSpan.FromSeconds(10))));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await server.WaitIdleAsync();

        Assert.InRange(runner.Calls.Sum(inputs => inputs.Length), 1, Inputs - 1);
    }

    private static Task<RestServer> StartAsync(ScriptedEmbeddingRunner? runner = null) => RestServer.StartAsync(
        runner: runner ?? new ScriptedEmbeddingRunner(), capabilities: ModelCapabilities.Embedding, options: new EngineOptions { ContextLength = 64 });

    private static bool Close(float a, float b) => MathF.Abs(a - b) < 1e-6f;

    private static float[] Floats(JsonElement item) => [.. item.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle())];

    private static async Task<JsonElement> PostAsync(RestServer server, string body)
    {
        using JsonDocument document = JsonDocument.Parse(await server.PostForTextAsync("/v1/embeddings", body));
        return document.RootElement.Clone();
    }

    private static Task<HttpResponseMessage> SendAsync(RestServer server, string body, string path = "/v1/embeddings") => server.PostAsync(path, body);
}
